namespace Microsoft.ML.BlockPruning.Kernels.Cpu.Dot;

/// <summary>The scale of a token's 8-bit integers: its largest magnitude over 127. A result does not depend on other tokens.</summary>
/// <remarks>
/// A token that holds NaN or infinity has the scale NaN, and so are its outputs, and no other token's. Magnitudes below
/// <see cref="Least"/> are taken for zero: then the inverse of the scale is a number.
/// </remarks>
internal static class TokenScale
{
    /// <summary>Smallest largest magnitude that counts: 2⁻¹⁰⁰.</summary>
    public const float Least = 7.888609e-31f;

    /// <summary>Bits of infinity: of magnitudes as integers those below are finite.</summary>
    public const int InfinityBits = 0x7F80_0000;

    /// <summary>Bits of the magnitude of a float32.</summary>
    public const int MagnitudeBits = 0x7FFF_FFFF;
}
