using FashionMnist;
using Microsoft.ML.BlockPruning.Calibration;
using Microsoft.ML.BlockPruning.Checkpoints;
using Microsoft.ML.BlockPruning.Networks;
using Microsoft.ML.BlockPruning.Networks.Families;
using Microsoft.ML.BlockPruning.Pruning.Allocation;
using Microsoft.ML.BlockPruning.Pruning.Budgets;
using Microsoft.ML.BlockPruning.Sparsity;
using Microsoft.ML.BlockPruning.Torch;

namespace Microsoft.ML.BlockPruning.Benchmarks.Pruning;

/// <summary>A network and its calibration images.</summary>
internal sealed record PruningSubject(string Description, NetworkWeights Weights, CalibrationSet Calibration)
{
    /// <summary>Layers of DeiT-S and DeiT-B.</summary>
    public const int Depth = 12;

    /// <summary>The bundled network and its 2,000 images.</summary>
    public static PruningSubject Bundled()
    {
        var weights = ViTCheckpoint.Load(FashionMnistData.NetworkPath);
        float[] pixels = Normalised(FashionMnistData.ReadCalibration().Images.Pixels);
        return new PruningSubject("bundled", weights, new CalibrationSet(weights.Spec, pixels, pixels.Length / weights.Spec.ImageDim));
    }

    /// <summary>Labelled images as the bundled network reads them.</summary>
    public static CalibrationSet Normalised(NetworkSpec spec, LabelledImages images, int most = int.MaxValue)
    {
        int count = Math.Min(most, images.Count);
        float[] pixels = Normalised(images.Images.Pixels[..(count * spec.ImageDim)]);
        return new CalibrationSet(spec, pixels, count, [.. images.Labels.Take(count).Select(label => (int)label)]);
    }

    /// <summary>The library's defaults, with a fraction of the multiply-adds as the budget.</summary>
    public static PruneSettings Settings(NetworkSpec spec, BlockShape block, double keep)
    {
        var cost = new NetworkCost(spec);
        return new PruneSettings
        {
            Layers = new LayerRules(block),
            Constraints = [PruneConstraint.Keep(keep, new FlopsCostModel(cost), cost.TotalMultiplyAdds, "multiply-adds")],
            Seed = 1,
        };
    }

    /// <summary>A DeiT of the given width with random weights, and images of noise: for time and memory, never for accuracy.</summary>
    public static PruningSubject Random(string name, int dim, int depth, int images)
    {
        var spec = ViT.Of(
            new ViTConfig(imageSize: 224, patchSize: 16, channels: 3, dim, depth, dim / 64, 4 * dim, numClasses: 1000));
        using var network = new TorchNetwork(spec, seed: 1);
        var random = new Random(2);
        float[] pixels = new float[images * spec.ImageDim];
        for (int i = 0; i < pixels.Length; i++)
        {
            pixels[i] = (4 * random.NextSingle()) - 2;
        }

        string part = depth == Depth ? "" : $", {depth} of its {Depth} layers";
        return new PruningSubject($"{name}{part}, random weights, noise", network.ToWeights(), new CalibrationSet(spec, pixels, images));
    }

    // The mean and deviation of the bundled config.json.
    private static float[] Normalised(byte[] pixels) => [.. pixels.Select(pixel => ((pixel / 255f) - 0.286f) / 0.353f)];
}
