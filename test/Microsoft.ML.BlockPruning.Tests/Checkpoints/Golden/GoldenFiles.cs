using System.Text.Json;
using Microsoft.ML.BlockPruning.Tests.Gates;

namespace Microsoft.ML.BlockPruning.Tests.Checkpoints.Golden;

/// <summary>The checkpoints of Golden, which PyTorch made, and what they must give.</summary>
internal static class GoldenFiles
{
    /// <summary>Networks and their logits.</summary>
    public static IReadOnlyDictionary<string, GoldenNetwork> Networks { get; } =
        Read("manifest.json").EnumerateArray().Select(entry => new GoldenNetwork(entry)).ToDictionary(entry => entry.Name);

    /// <summary>What must be refused.</summary>
    public static IReadOnlyDictionary<string, JsonElement> Errors { get; } =
        Read("errors.json").EnumerateArray().ToDictionary(entry => entry.GetProperty("name").GetString()!);

    /// <summary>A path below Golden.</summary>
    public static string Path(string name) =>
        System.IO.Path.Combine(RepositoryFiles.Root, "test", "Microsoft.ML.BlockPruning.Tests", "Golden", name);

    private static JsonElement Read(string name) => JsonDocument.Parse(File.ReadAllBytes(Path(name))).RootElement;
}
