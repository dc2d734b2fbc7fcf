using Microsoft.ML.BlockPruning.Checkpoints.Containers.Safetensors;
using Microsoft.ML.BlockPruning.Formats;

namespace Microsoft.ML.BlockPruning.Tests.Inference;

/// <summary>A network's file whose tensors and metadata a test can change before it is written again.</summary>
internal sealed class EditableNetworkFile
{
    private const string MetadataKey = "blockpruning";
    private readonly Dictionary<string, (int[] Shape, object Values)> _tensors = [];

    public EditableNetworkFile(byte[] bytes)
    {
        using var file = SafetensorsFile.Read(new MemoryStream(bytes));
        Metadata = new Dictionary<string, string>(file.Metadata);
        Metadata.Remove(SafetensorsChecksum.Key); // who changes a file on purpose removes it
        foreach (var tensor in file.Tensors.Values)
        {
            int[] shape = [.. tensor.Shape.Select(side => (int)side)];
            bool isIndices = tensor.DType == SafetensorsDType.I32;
            _tensors[tensor.Name] = (shape, isIndices ? (object)file.ReadInt32s(tensor.Name) : file.ReadSingles(tensor.Name));
        }
    }

    public Dictionary<string, string> Metadata { get; }

    public void Add(string name, int[] shape, float[] values) => _tensors[name] = (shape, values);

    public void Add(string name, NumberFormat format, int[] shape, float[] values) =>
        _tensors[name] = (shape, CodedNumbers.Of(values, format));

    public void Remove(string name) => Assert.IsTrue(_tensors.Remove(name), name);

    public float[] Singles(string name) => (float[])_tensors[name].Values;

    public int[] Int32s(string name) => (int[])_tensors[name].Values;

    public void ReplaceInMetadata(string old, string replacement)
    {
        StringAssert.Contains(Metadata[MetadataKey], old);
        Metadata[MetadataKey] = Metadata[MetadataKey].Replace(old, replacement, StringComparison.Ordinal);
    }

    public byte[] ToBytes()
    {
        var writer = new SafetensorsWriter();
        foreach (var (key, value) in Metadata)
        {
            writer.AddMetadata(key, value);
        }

        foreach (var (name, (shape, values)) in _tensors)
        {
            if (values is int[] indices)
            {
                writer.Add(name, shape, indices);
            }
            else if (values is CodedNumbers coded)
            {
                writer.Add(name, shape, coded);
            }
            else
            {
                writer.Add(name, shape, (float[])values);
            }
        }

        using var stream = new MemoryStream();
        writer.Write(stream);
        return stream.ToArray();
    }
}
