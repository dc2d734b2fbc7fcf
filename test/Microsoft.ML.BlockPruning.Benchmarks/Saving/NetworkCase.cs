using Microsoft.ML.BlockPruning.Models;

namespace Microsoft.ML.BlockPruning.Benchmarks.Saving;

/// <summary><see cref="SparseViTTransformer.SaveNetwork(string)"/>.</summary>
internal sealed class NetworkCase() : SaveCase(Is, "network.safetensors")
{
    public const string Is = "network";

    private readonly SparseViTTransformer[] _versions =
        [.. Enumerable.Range(0, Versions).Select(version => SaveNetworks.Transformer(new MLContext(seed: 1), version))];

    public override void Write(string path, int version) => _versions[version].SaveNetwork(path);

    public override void Dispose() => Array.ForEach(_versions, version => version.Dispose());

    protected override void Parse(string path)
    {
        using var file = File.OpenRead(path);
        SparseViTReader.Read(file);
    }
}
