using System.Buffers.Binary;
using System.Text;

namespace Microsoft.ML.BlockPruning.Tests.Checkpoints.Containers.PyTorch;

/// <summary>Writes a pickle of protocol 2 opcode by opcode (docs.python.org/3/library/pickletools).</summary>
internal sealed class ToyPickle
{
    private readonly List<byte> _bytes = [0x80, 2];

    /// <summary>A dict of tensors, each a view of a storage of its own of the same name.</summary>
    public static byte[] StateDict(params (string Name, string Type, long Elements, long[] Shape, long[] Strides, long Offset)[] tensors)
    {
        var pickle = new ToyPickle().Op('}').Op('(');
        foreach (var (name, type, elements, shape, strides, offset) in tensors)
        {
            pickle.Text(name).Tensor(name, type, elements, shape, strides, offset);
        }

        return pickle.Op('u').End();
    }

    public ToyPickle Op(char opcode)
    {
        _bytes.Add((byte)opcode);
        return this;
    }

    public ToyPickle Raw(params byte[] bytes)
    {
        _bytes.AddRange(bytes);
        return this;
    }

    public ToyPickle Text(string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        byte[] length = new byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(length, bytes.Length);
        return Op('X').Raw(length).Raw(bytes);
    }

    public ToyPickle Whole(long number)
    {
        byte[] bytes = new byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, number);
        return Raw(0x8a, sizeof(long)).Raw(bytes);
    }

    public ToyPickle Global(string module, string name) => Op('c').Raw(Encoding.UTF8.GetBytes($"{module}\n{name}\n"));

    public ToyPickle Storage(string key, string type, long elements) =>
        Op('(').Text("storage").Global("torch", type).Text(key).Text("cpu").Whole(elements).Op('t').Op('Q');

    public ToyPickle Tensor(string key, string type, long elements, long[] shape, long[] strides, long offset) =>
        Global("torch._utils", "_rebuild_tensor_v2").Op('(').Storage(key, type, elements).Whole(offset).Tuple(shape).Tuple(strides)
            .Raw(0x89).Op('}').Op('t').Op('R');

    public ToyPickle Tuple(params long[] numbers)
    {
        Op('(');
        Array.ForEach(numbers, number => Whole(number));
        return Op('t');
    }

    public byte[] End() => [.. _bytes, (byte)'.'];
}
