using System.Runtime.InteropServices;

namespace Microsoft.ML.BlockPruning.Kernels.Cuda;

/// <summary>float32 to and from the bytes of a <see cref="CudaElement"/>, to nearest, ties to even, as the device rounds.</summary>
internal static class ElementCodec
{
    /// <summary>Bytes of one number.</summary>
    public static int SizeOf(CudaElement element) => element == CudaElement.Float32 ? 4 : 2;

    /// <summary>How the kernels' names call the type.</summary>
    public static string NameOf(CudaElement element) => element switch
    {
        CudaElement.Float16 => "f16",
        CudaElement.BFloat16 => "bf16",
        CudaElement.Float32 => "f32",
        _ => throw new ArgumentOutOfRangeException(nameof(element), element, "Not a type of the kernels."),
    };

    /// <summary>Encodes numbers.</summary>
    public static byte[] Encode(ReadOnlySpan<float> values, CudaElement element)
    {
        byte[] bytes = new byte[values.Length * SizeOf(element)];
        if (element == CudaElement.Float32)
        {
            MemoryMarshal.AsBytes(values).CopyTo(bytes);
            return bytes;
        }

        var halves = MemoryMarshal.Cast<byte, ushort>(bytes.AsSpan());
        for (int i = 0; i < values.Length; i++)
        {
            halves[i] = element == CudaElement.Float16 ? BitConverter.HalfToUInt16Bits((Half)values[i]) : ToBFloat16(values[i]);
        }

        return bytes;
    }

    /// <summary>Decodes numbers.</summary>
    public static float[] Decode(ReadOnlySpan<byte> bytes, CudaElement element)
    {
        float[] values = new float[bytes.Length / SizeOf(element)];
        Decode(bytes, element, values);
        return values;
    }

    /// <summary>Decodes as many numbers as there is room for.</summary>
    public static void Decode(ReadOnlySpan<byte> bytes, CudaElement element, Span<float> values)
    {
        if (element == CudaElement.Float32)
        {
            MemoryMarshal.Cast<byte, float>(bytes)[..values.Length].CopyTo(values);
            return;
        }

        var halves = MemoryMarshal.Cast<byte, ushort>(bytes);
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = element == CudaElement.Float16
                ? (float)BitConverter.UInt16BitsToHalf(halves[i])
                : BitConverter.UInt32BitsToSingle((uint)halves[i] << 16);
        }
    }

    private static ushort ToBFloat16(float value)
    {
        if (float.IsNaN(value))
        {
            return 0x7FFF;
        }

        uint bits = BitConverter.SingleToUInt32Bits(value);
        uint half = 0x7FFF + ((bits >> 16) & 1); // to nearest; a tie goes to the even neighbour
        return (ushort)((bits + half) >> 16);
    }
}
