using System.Text.Json;
using FashionMnist;
using Microsoft.ML.BlockPruning.Networks.Families;

namespace TrainViT;

/// <summary>The config.json beside the network, with timm's keys: what the tensors' shapes do not tell.</summary>
internal static class NetworkConfigFile
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    public static void Write(ViTConfig config, string folder)
    {
        var content = new Dictionary<string, object>
        {
            ["architecture"] = $"vit_patch{config.PatchSize}_{config.ImageSize}",
            ["num_classes"] = config.NumClasses,
            ["model_args"] = new Dictionary<string, object> { ["num_heads"] = config.NumHeads },
            ["label_names"] = FashionMnistData.ClassNames,
            ["pretrained_cfg"] = new Dictionary<string, object>
            {
                ["input_size"] = new[] { config.Channels, config.ImageSize, config.ImageSize },
                ["mean"] = new[] { 0.286 },
                ["std"] = new[] { 0.353 },
                ["crop_pct"] = 1.0,
                ["interpolation"] = "bicubic",
            },
        };
        OutputFile.Write(Path.Combine(folder, "config.json"), JsonSerializer.Serialize(content, Indented) + "\n");
    }
}
