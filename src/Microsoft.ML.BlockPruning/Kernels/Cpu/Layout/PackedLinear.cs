using System.Diagnostics;
using Microsoft.ML.BlockPruning.Formats;
using Microsoft.ML.BlockPruning.Sparsity;

namespace Microsoft.ML.BlockPruning.Kernels.Cpu.Layout;

/// <summary>A linear layer as a row of the list packed it for itself; what is here is all that spreading it over threads takes.</summary>
internal abstract class PackedLinear : IDisposable
{
    /// <summary>Checks that weight and bias fit each other.</summary>
    /// <param name="weight">W [outFeatures, inFeatures].</param>
    /// <param name="bias">[outFeatures] float32.</param>
    /// <param name="format">In what numbers the row that reads it multiplies.</param>
    protected PackedLinear(BlockSparseMatrix weight, ReadOnlySpan<float> bias, ProductFormat format)
    {
        ArgumentNullException.ThrowIfNull(weight);
        if (bias.Length != weight.Rows)
        {
            throw new ArgumentException(
                $"A weight of {weight.Rows}x{weight.Columns} needs {weight.Rows} biases, found {bias.Length}.", nameof(bias));
        }

        Format = format;
        OutFeatures = weight.Rows;
        InFeatures = weight.Columns;
    }

    /// <summary>In what numbers the row that reads it multiplies.</summary>
    public ProductFormat Format { get; }

    public int OutFeatures { get; }

    public int InFeatures { get; }

    public int PaddedOutFeatures => PanelLayout.PadFeatures(OutFeatures);

    public int PaddedInFeatures => PanelLayout.PadFeatures(InFeatures);

    /// <summary>Strips of eight output features.</summary>
    public int Strips => PaddedOutFeatures / PanelLayout.StripFeatures;

    /// <summary>Bytes of the weights in packed form, filled-in zeros included.</summary>
    public abstract long WeightBytes { get; }

    /// <summary>One of several parts of neighbouring strips with about the same work.</summary>
    /// <param name="part">Its number, from 0.</param>
    /// <param name="parts">How many there are; at most <see cref="Strips"/>.</param>
    public (int First, int End) StripsOf(int part, int parts) => (FirstStripOf(part, parts), FirstStripOf(part + 1, parts));

    /// <summary>Frees the memory. No call may be reading it.</summary>
    public abstract void Dispose();

    /// <summary>The work of all strips before one, up to <see cref="Strips"/>, in any unit.</summary>
    protected abstract long CostBefore(int strip);

    /// <summary>The first strip before which at least part / parts of the work lies.</summary>
    private int FirstStripOf(int part, int parts)
    {
        Debug.Assert(part <= parts && parts <= Strips, "more parts than strips");
        long wanted = CostBefore(Strips) * part / parts;
        int low = 0;
        int high = Strips;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (CostBefore(middle) < wanted)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low;
    }
}
