using Microsoft.ML.BlockPruning.Checkpoints;
using Microsoft.ML.BlockPruning.Networks.Families;
using Microsoft.ML.BlockPruning.Torch;
using Microsoft.ML.Data;

namespace Microsoft.ML.BlockPruning.Samples.Tests;

/// <summary>A network of random weights and images for it, small enough to prune in a second.</summary>
internal static class TinyNetwork
{
    private const int ImageSize = 8;

    /// <summary>Writes tiny.safetensors and config.json.</summary>
    /// <returns>The path of the model file.</returns>
    public static string Save(TemporaryFolder folder, int classes, int channels = 3, IReadOnlyList<string>? labels = null)
    {
        LibTorch.EnsureLoaded();
        var config = new ViTConfig(ImageSize, patchSize: 4, channels, embedDim: 32, depth: 2, numHeads: 2, mlpDim: 64, classes);
        using var network = new TorchNetwork(ViT.Of(config), seed: 1);
        string path = folder.File("tiny.safetensors");
        ViTCheckpoint.Save(network.ToWeights(), path);
        string names = labels is null ? "" : $"\"label_names\": [{string.Join(", ", labels.Select(name => $"\"{name}\""))}], ";
        File.WriteAllText(folder.File("config.json"), $$"""
            {{{names}}"model_args": {"num_heads": 2}, "pretrained_cfg": {"input_size": [{{channels}}, 8, 8], "crop_pct": 1.0} }
            """);
        return path;
    }

    /// <summary>Writes PNG files of noise, one subfolder per class.</summary>
    /// <returns>The path of the folder.</returns>
    public static string SaveImages(TemporaryFolder folder, int perClass, params string[] classes)
    {
        var random = new Random(1);
        string images = folder.File("images");
        foreach (string label in classes)
        {
            Directory.CreateDirectory(Path.Combine(images, label));
            for (int i = 0; i < perClass; i++)
            {
                byte[] pixels = new byte[ImageSize * ImageSize * 4];
                random.NextBytes(pixels);
                for (int alpha = 3; alpha < pixels.Length; alpha += 4)
                {
                    pixels[alpha] = byte.MaxValue;
                }

                using var image = MLImage.CreateFromPixels(ImageSize, ImageSize, MLPixelFormat.Bgra32, pixels);
                image.Save(Path.Combine(images, label, $"{i}.png"));
            }
        }

        return images;
    }
}
