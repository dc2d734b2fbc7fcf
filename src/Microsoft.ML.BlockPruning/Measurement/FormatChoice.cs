using Microsoft.ML.BlockPruning.Formats;
using Microsoft.ML.BlockPruning.Inference.Cpu;
using Microsoft.ML.BlockPruning.Models;

namespace Microsoft.ML.BlockPruning.Measurement;

/// <summary>Chooses the numbers that layers are multiplied in by what they cost: KL divergence from float32 at the same mask.</summary>
/// <param name="network">The network.</param>
/// <param name="images">[count, channels, imageSize, imageSize] float32, normalised.</param>
/// <param name="threads">Threads that score.</param>
/// <param name="onStep">Called after each mixture that was scored; it may throw to cancel.</param>
internal sealed class FormatChoice(SparseViT network, ReadOnlyMemory<float> images, int threads, Action onStep)
{
    private const int Batch = 16;

    // Costs differ by orders of magnitude between layers, so a few images rank them.
    private const int RankingImages = 32;

    private readonly int _count = images.Length / network.Spec.ImageDim;
    private float[]? _float32;

    /// <summary>8-bit integers in as many layers as the budget allows; the costliest are bfloat16, or float32 if need be.</summary>
    /// <param name="budget">Mean divergence over the images, nats.</param>
    /// <returns>The formats, and what they cost on the images.</returns>
    public (LayerFormats Formats, double Kl) Within(double budget)
    {
        var all = new LayerFormats(ProductFormat.Int8);
        double kl = KlOf(all, _count);
        if (kl <= budget)
        {
            return (all, kl);
        }

        string[] costliest = [.. network.PrunableLayers.Select(layer => layer.Name)
            .OrderByDescending(name => KlOf(Only(name), Math.Min(RankingImages, _count)))];
        return Least(costliest, ProductFormat.Int8, ProductFormat.BFloat16, budget)
            ?? Least(costliest, ProductFormat.BFloat16, ProductFormat.Float32, budget)
            ?? (LayerFormats.Float32, 0);
    }

    private static LayerFormats Only(string layer) =>
        new(ProductFormat.Float32, new Dictionary<string, ProductFormat> { [layer] = ProductFormat.Int8 });

    /// <summary>The fewest of the costliest layers that must be in the better format; null where all of them are not enough.</summary>
    private (LayerFormats Formats, double Kl)? Least(string[] costliest, ProductFormat usual, ProductFormat better, double budget)
    {
        (LayerFormats, double)? found = null;
        for (int low = 1, high = costliest.Length; low <= high;)
        {
            // The last is tried first: without it no other number can do.
            int count = found is null ? costliest.Length : (low + high) / 2;
            var formats = count == costliest.Length
                ? new LayerFormats(better) // a file and the names of kernel rows tell no format that does not occur
                : new LayerFormats(usual, costliest[..count].ToDictionary(name => name, _ => better));
            double kl = KlOf(formats, _count);
            if (kl <= budget)
            {
                (found, high) = ((formats, kl), count - 1);
            }
            else if (found is null)
            {
                return null;
            }
            else
            {
                low = count + 1;
            }
        }

        return found;
    }

    private double KlOf(LayerFormats formats, int count)
    {
        _float32 ??= LogitsOf(LayerFormats.Float32, _count);
        int classes = network.Spec.NumClasses;
        return Fidelity.Of(_float32.AsSpan(0, count * classes), LogitsOf(formats, count), classes).Kl;
    }

    private float[] LogitsOf(LayerFormats formats, int count)
    {
        using var session = new SparseViTSession(network.With(formats), threads);
        int classes = network.Spec.NumClasses, dim = network.Spec.ImageDim;
        float[] logits = new float[count * classes];
        for (int first = 0; first < count; first += Batch)
        {
            int some = Math.Min(Batch, count - first);
            session.Score(images.Span.Slice(first * dim, some * dim), some, logits.AsSpan(first * classes, some * classes));
        }

        onStep();

        return logits;
    }
}
