using Microsoft.ML.BlockPruning.Checkpoints.Containers;

namespace Microsoft.ML.BlockPruning.Tests.Checkpoints.Unwrapping;

/// <summary>Tensors without a file, each of one column.</summary>
internal sealed class MemoryTensors(params (string Name, float[] Values)[] tensors) : ITensorFile
{
    private readonly OrderedDictionary<string, float[]> _tensors =
        new(tensors.Select(tensor => KeyValuePair.Create(tensor.Name, tensor.Values)), StringComparer.Ordinal);

    public string Source => "memory";

    public IReadOnlyDictionary<string, string> Metadata { get; } = new Dictionary<string, string>();

    public IReadOnlyList<string> Notes => [];

    public IReadOnlyCollection<string> Names => _tensors.Keys;

    public TensorEntry? Find(string name) =>
        _tensors.TryGetValue(name, out float[]? values) ? new TensorEntry(name, "F32", [values.Length, 1]) : null;

    public bool VerifyChecksum() => false;

    public float[] ReadSingles(string name) => [.. _tensors[name]];

    public void ReadSingles(string name, Span<float> destination) => _tensors[name].CopyTo(destination);

    public int[] ReadInt32s(string name) => throw new InvalidDataException("There are none.");

    public void Dispose()
    {
    }
}
