using Microsoft.ML.BlockPruning.Checkpoints.Containers.Safetensors;
using Microsoft.ML.BlockPruning.Networks;

namespace Microsoft.ML.BlockPruning.Tests.Checkpoints;

/// <summary>A checkpoint whose tensors a test can remove, reshape, rename and spoil before it is written; without metadata.</summary>
internal sealed class EditableCheckpoint(NetworkWeights weights)
{
    private readonly Dictionary<string, (int[] Shape, float[] Values)> _tensors =
        weights.Tensors.ToDictionary(tensor => tensor.Name, tensor => (tensor.Shape.ToArray(), tensor.Values));

    public Dictionary<string, string> Metadata { get; } = [];

    public void Add(string name, int[] shape) =>
        _tensors[name] = (shape, new float[shape.Aggregate(1, (product, side) => product * side)]);

    public void Remove(string name) => Assert.IsTrue(_tensors.Remove(name), name);

    public void Reshape(string name, int[] shape) => _tensors[name] = (shape, _tensors[name].Values);

    public void Set(string name, int index, float value) => _tensors[name].Values[index] = value;

    public void Rename(Func<string, string> rename)
    {
        var renamed = _tensors.ToDictionary(tensor => rename(tensor.Key), tensor => tensor.Value);
        _tensors.Clear();
        foreach (var (name, tensor) in renamed)
        {
            _tensors.Add(name, tensor);
        }
    }

    public void Write(string path)
    {
        var writer = new SafetensorsWriter();
        foreach (var (key, value) in Metadata)
        {
            writer.AddMetadata(key, value);
        }

        foreach (var (name, (shape, values)) in _tensors)
        {
            writer.Add(name, shape, values);
        }

        using var stream = File.Create(path);
        writer.Write(stream);
    }
}
