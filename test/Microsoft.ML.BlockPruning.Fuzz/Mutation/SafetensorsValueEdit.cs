using System.Runtime.InteropServices;

namespace Microsoft.ML.BlockPruning.Fuzz.Mutation;

/// <summary>Puts other numbers into a safetensors file's data: floats of extreme size, indices that point elsewhere.</summary>
internal sealed class SafetensorsValueEdit : IMutator
{
    public byte[]? TryMutate(byte[] input, byte[] other, Random random)
    {
        if (SafetensorsParts.Of(input) is not { Data.Length: >= sizeof(float) } parts)
        {
            return null;
        }

        byte[] data = [.. parts.Data];
        Span<float> values = MemoryMarshal.Cast<byte, float>(data.AsSpan());
        int count = 1 << random.Next(8);
        int first = random.Next(values.Length);
        float single = Interesting.Single(random);
        int integer = unchecked((int)Interesting.Integer(random));
        bool isIndex = random.Next(3) == 0;
        for (int i = first; i < Math.Min(first + count, values.Length); i++)
        {
            values[i] = isIndex ? BitConverter.Int32BitsToSingle(integer) : single;
        }

        return (parts with { Data = data }).ToBytes();
    }
}
