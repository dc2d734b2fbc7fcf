namespace Microsoft.ML.BlockPruning.Tests.Kernels.Cuda.Ptx;

/// <summary>The device's 16-bit types: to nearest, ties to even; NaN becomes the type's canonical NaN.</summary>
internal static class HalfPrecision
{
    public static float WidenF16(ushort bits) => (float)BitConverter.UInt16BitsToHalf(bits);

    public static float WidenBF16(ushort bits) => BitConverter.UInt32BitsToSingle((uint)bits << 16);

    public static ushort NarrowF16(float value) => float.IsNaN(value) ? (ushort)0x7FFF : BitConverter.HalfToUInt16Bits((Half)value);

    /// <summary>By scaling to an integer: the spacing of bf16 at a value is 2^(exponent - 7).</summary>
    public static ushort NarrowBF16(float value)
    {
        if (float.IsNaN(value))
        {
            return 0x7FFF;
        }

        if (float.IsInfinity(value) || value == 0)
        {
            return (ushort)(BitConverter.SingleToUInt32Bits(value) >> 16);
        }

        int exponent = Math.Max(Math.ILogB(value), -126);
        double spacing = Math.ScaleB(1, exponent - 7);
        double rounded = Math.Round(value / spacing, MidpointRounding.ToEven) * spacing;
        return (ushort)(BitConverter.SingleToUInt32Bits((float)rounded) >> 16);
    }
}
