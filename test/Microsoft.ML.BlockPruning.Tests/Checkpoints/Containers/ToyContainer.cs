using System.Text;
using Microsoft.ML.BlockPruning.Checkpoints.Containers;
using Microsoft.ML.BlockPruning.Networks;

namespace Microsoft.ML.BlockPruning.Tests.Checkpoints.Containers;

/// <summary>A container that only a test knows: "TOY!", then each tensor as name, sides and float32.</summary>
internal sealed class ToyContainer : IContainer
{
    public string Name => "toy";

    public static void Write(string path, IEnumerable<WeightTensor> tensors)
    {
        using var writer = new BinaryWriter(File.Create(path), Encoding.UTF8);
        writer.Write("TOY!"u8);
        foreach (var (name, shape, values) in tensors)
        {
            writer.Write(name);
            writer.Write(shape.Count);
            Array.ForEach([.. shape], writer.Write);
            Array.ForEach(values, writer.Write);
        }
    }

    public bool Takes(ReadOnlySpan<byte> start) => start.StartsWith("TOY!"u8);

    public ITensorFile Open(string path)
    {
        using var reader = new BinaryReader(File.OpenRead(path), Encoding.UTF8);
        reader.ReadInt32();
        var file = new ToyFile($"'{path}'");
        while (reader.BaseStream.Position < reader.BaseStream.Length)
        {
            string name = reader.ReadString();
            long[] shape = [.. Enumerable.Range(0, reader.ReadInt32()).Select(_ => (long)reader.ReadInt32())];
            int elements = (int)shape.Aggregate(1L, (product, side) => product * side);
            float[] values = [.. Enumerable.Range(0, elements).Select(_ => reader.ReadSingle())];
            file.Add(new TensorEntry(name, "toy32", shape), values);
        }

        return file;
    }
}
