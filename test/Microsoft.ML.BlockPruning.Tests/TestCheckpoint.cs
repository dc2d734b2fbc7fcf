using System.Text.Json;
using Microsoft.ML.BlockPruning.Checkpoints;
using Microsoft.ML.BlockPruning.Networks;

namespace Microsoft.ML.BlockPruning.Tests;

/// <summary>A folder with a dense model and its config.json; deleted on dispose.</summary>
internal sealed class TestCheckpoint : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("blockpruning-tests-");

    /// <summary>Writes a network.</summary>
    /// <param name="weights">The network.</param>
    /// <param name="labelNames">Names in config.json, or null for none.</param>
    public TestCheckpoint(NetworkWeights weights, params string[]? labelNames)
    {
        Weights = weights;
        ViTCheckpoint.Save(weights, ModelPath);
        int channels = weights.Config.Channels;
        var config = new Dictionary<string, object>
        {
            ["pretrained_cfg"] = new
            {
                mean = Enumerable.Repeat(0.5, channels),
                std = Enumerable.Repeat(0.5, channels),
                crop_pct = 1.0,
                interpolation = "bilinear",
            },
        };
        if (labelNames is { Length: > 0 })
        {
            config["label_names"] = labelNames;
        }

        System.IO.File.WriteAllText(File("config.json"), JsonSerializer.Serialize(config));
    }

    public NetworkWeights Weights { get; }

    public string ModelPath => File("model.safetensors");

    public string File(string name) => Path.Combine(_folder.FullName, name);

    public string[] FileNames() => [.. _folder.GetFiles().Select(file => file.Name).Order(StringComparer.Ordinal)];

    public void Dispose() => _folder.Delete(recursive: true);
}
