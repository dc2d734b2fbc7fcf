using Microsoft.ML.BlockPruning.Torch;
using static TorchSharp.torch;

namespace Microsoft.ML.BlockPruning.Calibration;

/// <summary>Energy of the loss gradient at each token, ‖d‖² over the outputs of each row group: what a refit weighs tokens by.</summary>
internal sealed class TokenEnergies(PrunableLayer layer, int images) : ILayerObserver
{
    private readonly float[][] _energies = [.. layer.Groups.Select(_ => new float[checked(images * layer.Tokens)])];
    private int _tokens;

    /// <inheritdoc/>
    /// <exception cref="ArithmeticException">A gradient is not finite.</exception>
    public void Add(Tensor input, Tensor gradient)
    {
        using var scope = NewDisposeScope();
        AddBatch(gradient.flatten(0, 1));
    }

    /// <summary>Adds one batch and says what it added.</summary>
    /// <param name="gradient">[tokens, out] float32.</param>
    /// <returns>One per row group, [tokens] float32.</returns>
    /// <exception cref="ArithmeticException">A gradient is not finite.</exception>
    public Tensor[] AddBatch(Tensor gradient)
    {
        int count = (int)gradient.shape[0];
        var batch = new Tensor[layer.Groups.Count];
        for (int g = 0; g < batch.Length; g++)
        {
            var group = layer.Groups[g];
            var part = gradient.narrow(1, group.FirstRow, group.Rows);
            batch[g] = part.mul(part).sum(1);
            if (!float.IsFinite(TorchDevice.ReadOne<float>(batch[g].sum())))
            {
                throw new ArithmeticException($"The loss gradient at the output of '{layer.Name}' is not finite.");
            }

            TorchDevice.Read<float>(batch[g]).CopyTo(_energies[g].AsSpan(_tokens, count));
        }

        _tokens += count;
        return batch;
    }

    /// <summary>One per row group, [images · tokens]: what was added, as it is.</summary>
    public IReadOnlyList<float[]> Added => _energies;

    /// <summary>Sum over tokens.</summary>
    public static double TotalOf(float[] energies) => energies.Sum(e => (double)e);

    /// <summary>One per row group, [images · tokens]: energies scaled to mean one; all ones where no gradient arrives.</summary>
    public IReadOnlyList<float[]> ToWeights() => WeightsOf(_energies);

    /// <summary>The same of energies that were added elsewhere.</summary>
    public static IReadOnlyList<float[]> WeightsOf(IReadOnlyList<float[]> energies)
    {
        var weights = new float[energies.Count][];
        for (int g = 0; g < weights.Length; g++)
        {
            double total = TotalOf(energies[g]);
            double scale = total > 0 ? energies[g].Length / total : 0;
            weights[g] = [.. energies[g].Select(e => total > 0 ? (float)(e * scale) : 1f)];
        }

        return weights;
    }
}
