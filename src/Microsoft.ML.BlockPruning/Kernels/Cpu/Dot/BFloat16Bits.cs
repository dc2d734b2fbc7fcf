namespace Microsoft.ML.BlockPruning.Kernels.Cpu.Dot;

/// <summary>The upper half of a float32, rounded to nearest, ties to even; NaN stays NaN.</summary>
internal readonly record struct BFloat16Bits(ushort Bits)
{
    public static BFloat16Bits Of(float value)
    {
        uint bits = BitConverter.SingleToUInt32Bits(value);
        return new((ushort)((float.IsNaN(value) ? bits | 0x40_0000 : bits + 0x7FFF + ((bits >> 16) & 1)) >> 16));
    }

    public float ToSingle() => BitConverter.UInt32BitsToSingle((uint)Bits << 16);
}
