using Microsoft.ML.BlockPruning.Calibration;
using Microsoft.ML.BlockPruning.Measurement;
using Microsoft.ML.BlockPruning.Models;

namespace Microsoft.ML.BlockPruning.Benchmarks.WholeNetworks;

/// <summary>A network ready to be timed, with what its row says of it.</summary>
/// <param name="Variant">What computes it.</param>
/// <param name="Network">Owned.</param>
/// <param name="Bytes">The model's file; null where it has none of its own.</param>
/// <param name="Pruned">Its masks; null: dense.</param>
internal sealed record MeasuredVariant(NetworkVariant Variant, IMeasuredNetwork Network, long? Bytes, SparseViT? Pruned = null)
    : IDisposable
{
    public double Keep => Pruned is null ? 1 : (double)Pruned.MultiplyAdds / Pruned.DenseMultiplyAdds;

    public double Sparsity => Pruned is null
        ? 0
        : 1 - ((double)Pruned.Plan.Masks.Values.Sum(mask => mask.KeptBlocks) / Pruned.Plan.Masks.Values.Sum(mask => mask.TotalBlocks));

    public string? Block => Pruned?.Plan.Masks.Values.First().Shape.ToString();

    /// <summary>Scores the first images of a set.</summary>
    /// <returns>[batch, numClasses], a copy.</returns>
    public float[] LogitsOf(CalibrationSet images, int batch)
    {
        Fill(images, first: 0, batch);
        Network.Run();
        return Network.Logits.ToArray();
    }

    /// <summary>Fraction of the images whose class it finds; null where they have no labels.</summary>
    public double? Top1(CalibrationSet images, int batch)
    {
        if (images.Labels is null)
        {
            return null;
        }

        var logits = new List<float>();
        for (int first = 0; first < images.Count; first += batch)
        {
            Fill(images, first, batch);
            Network.Run();
            int own = Math.Min(batch, images.Count - first);
            logits.AddRange(Network.Logits[..(Network.Logits.Length / batch * own)]);
        }

        return Fidelity.Top1(logits.ToArray(), images.Labels);
    }

    public void Dispose() => Network.Dispose();

    // The last batch begins anew with the first images: its size is fixed.
    private void Fill(CalibrationSet images, int first, int batch)
    {
        int dim = Network.Images.Length / batch;
        for (int i = 0; i < batch; i++)
        {
            images.ImageAt((first + i) % images.Count).CopyTo(Network.Images.Slice(i * dim, dim));
        }
    }
}
