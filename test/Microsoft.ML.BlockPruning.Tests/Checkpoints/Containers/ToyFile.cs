using Microsoft.ML.BlockPruning.Checkpoints.Containers;

namespace Microsoft.ML.BlockPruning.Tests.Checkpoints.Containers;

/// <summary>Tensors in memory.</summary>
internal sealed class ToyFile(string source) : ITensorFile
{
    private readonly Dictionary<string, (TensorEntry Entry, float[] Values)> _tensors = [];

    public string Source => source;

    public IReadOnlyDictionary<string, string> Metadata => new Dictionary<string, string>();

    public IReadOnlyList<string> Notes => [];

    public IReadOnlyCollection<string> Names => _tensors.Keys;

    public void Add(TensorEntry entry, float[] values) => _tensors.Add(entry.Name, (entry, values));

    public TensorEntry? Find(string name) => _tensors.TryGetValue(name, out var tensor) ? tensor.Entry : null;

    public bool VerifyChecksum() => false;

    public float[] ReadSingles(string name) => _tensors[name].Values;

    public void ReadSingles(string name, Span<float> destination) => _tensors[name].Values.CopyTo(destination);

    public int[] ReadInt32s(string name) => throw new InvalidDataException($"{source}: tensor '{name}' is no tensor of whole numbers.");

    public void Dispose()
    {
    }
}
