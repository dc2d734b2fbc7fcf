using System.Diagnostics;

namespace Microsoft.ML.BlockPruning.Hosting;

/// <summary>One version of the model.</summary>
/// <remarks>Renters keep it alive: the memory of a replaced model is freed when its last prediction is done.</remarks>
/// <param name="model">Owned: disposed by the last <see cref="Return"/>.</param>
internal sealed class SharedModel(PrunedModel model)
{
    private readonly Lock _gate = new();
    private int _renters = 1; // the file itself

    public PrunedModel Model => model;

    /// <summary>What its figures are told apart by.</summary>
    public KeyValuePair<string, object?>[] Tags { get; } =
        [new("weight_format", model.WeightFormat.ToString()), new("kernel", model.KernelName)];

    /// <summary>Whether it could be rented: not once it has been replaced and the last prediction is done.</summary>
    public bool TryRent()
    {
        lock (_gate)
        {
            if (_renters == 0)
            {
                return false;
            }

            _renters++;
            return true;
        }
    }

    /// <summary>Gives it back; the last one frees it.</summary>
    public void Return()
    {
        lock (_gate)
        {
            Debug.Assert(_renters > 0, "It was returned more often than rented.");
            if (--_renters > 0)
            {
                return;
            }
        }

        model.Dispose();
    }
}
