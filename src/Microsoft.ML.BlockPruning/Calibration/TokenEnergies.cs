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

    /// <summary>
    /// One per row group, [images · tokens]: each image's energies scaled to mean one; ones for an image where no gradient arrives.
    /// </summary>
    /// <remarks>By the energies as they are, a handful of images would carry the refit (see <see cref="EqualImagesLoss"/>).</remarks>
    public IReadOnlyList<float[]> ToWeights() => WeightsOf(_energies, layer.Tokens);

    /// <summary>The same of energies that were added elsewhere.</summary>
    /// <param name="energies">One per row group, [images · tokens].</param>
    /// <param name="tokens">Tokens of an image.</param>
    public static IReadOnlyList<float[]> WeightsOf(IReadOnlyList<float[]> energies, int tokens)
    {
        var weights = new float[energies.Count][];
        for (int g = 0; g < weights.Length; g++)
        {
            weights[g] = new float[energies[g].Length];
            for (int first = 0; first < energies[g].Length; first += tokens)
            {
                SetWeights(energies[g].AsSpan(first, tokens), weights[g].AsSpan(first, tokens));
            }
        }

        return weights;
    }

    /// <summary>Images that sums weighted by such energies rest on: (Σ w)² / Σ w², w an image's energy; the least of the groups.</summary>
    /// <param name="energies">One per row group, [images · tokens].</param>
    /// <param name="tokens">Tokens of an image.</param>
    /// <returns>0 where no gradient arrives.</returns>
    public static double EffectiveImages(IReadOnlyList<float[]> energies, int tokens) => energies.Min(group =>
    {
        double sum = 0, squares = 0;
        for (int first = 0; first < group.Length; first += tokens)
        {
            double image = SumOf(group.AsSpan(first, tokens));
            sum += image;
            squares += image * image;
        }

        return squares > 0 ? sum * sum / squares : 0;
    });

    private static void SetWeights(ReadOnlySpan<float> energies, Span<float> weights)
    {
        double total = SumOf(energies);
        double scale = total > 0 ? energies.Length / total : 0;
        for (int token = 0; token < weights.Length; token++)
        {
            weights[token] = total > 0 ? (float)(energies[token] * scale) : 1;
        }
    }

    private static double SumOf(ReadOnlySpan<float> energies)
    {
        double sum = 0;
        foreach (float energy in energies)
        {
            sum += energy;
        }

        return sum;
    }
}
