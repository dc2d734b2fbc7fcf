using FashionMnist;
using Microsoft.ML.BlockPruning.Checkpoints;
using Microsoft.ML.BlockPruning.Network;
using Microsoft.ML.BlockPruning.Training;

namespace Microsoft.ML.BlockPruning.Benchmarks.Pruning;

/// <summary>A network and its calibration images.</summary>
internal sealed record PruningSubject(string Description, ViTWeights Weights, CalibrationSet Calibration)
{
    /// <summary>The bundled network and its 2,000 images.</summary>
    public static PruningSubject Bundled()
    {
        var weights = ViTCheckpoint.Load(FashionMnistData.NetworkPath);
        var images = FashionMnistData.ReadCalibration();
        float[] pixels = [.. images.Images.Pixels.Select(pixel => ((pixel / 255f) - 0.286f) / 0.353f)];
        return new PruningSubject("bundled", weights, new CalibrationSet(weights.Config, pixels, images.Count));
    }

    /// <summary>A DeiT of the given width with random weights, and images of noise: for time and memory, never for accuracy.</summary>
    public static PruningSubject Random(string name, int dim, int images)
    {
        var config = new ViTConfig(imageSize: 224, patchSize: 16, channels: 3, dim, depth: 12, dim / 64, 4 * dim, numClasses: 1000);
        using var network = new TorchViT(config, seed: 1);
        var random = new Random(2);
        float[] pixels = new float[images * config.ImageDim];
        for (int i = 0; i < pixels.Length; i++)
        {
            pixels[i] = (4 * random.NextSingle()) - 2;
        }

        return new PruningSubject($"{name}, random weights, noise", network.ToWeights(), new CalibrationSet(config, pixels, images));
    }
}
