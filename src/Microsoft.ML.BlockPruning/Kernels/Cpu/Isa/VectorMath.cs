using System.Runtime.CompilerServices;

namespace Microsoft.ML.BlockPruning.Kernels.Cpu.Isa;

/// <summary>exp and the forms of GELU on a vector. NaN stays NaN.</summary>
internal static class VectorMath<TIsa, TVector>
    where TIsa : struct, IVectorIsa<TVector>
    where TVector : struct
{
    /// <summary>eˣ for x ≤ 0, within 2 units in the last place down to x = −87; below that 1.6e-38, the smallest normal numbers.</summary>
    /// <remarks>
    /// x = n ln 2 + r, |r| ≤ ln 2 / 2 (Cody and Waite's two-part ln 2), eʳ by the polynomial of Moshier's Cephes <c>expf</c>, times 2ⁿ.
    /// Adding 1.5 · 2²³ + 127 rounds x / ln 2 to the nearest integer and leaves n + 127, the exponent field of 2ⁿ, in the low bits.
    /// </remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Exp(TVector x) => ExpWithin(TIsa.Max(TIsa.Broadcast(-87f), x));

    /// <summary>½ x (1 + tanh(√(2/π) (x + 0.044715 x³))), within 2.5e-7 · |x|.</summary>
    /// <remarks>½ (1 + tanh u) = σ(2u), so that one exponential and one division are all there is to it.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector TanhGelu(TVector x)
    {
        const float linear = 1.595769122f; // 2 √(2/π)
        const float cubic = 0.0713548163f; // that times 0.044715

        var slope = TIsa.FusedMultiplyAdd(TIsa.Multiply(x, x), TIsa.Broadcast(cubic), TIsa.Broadcast(linear));
        return TimesSigmoid(x, TIsa.Multiply(x, slope));
    }

    /// <summary>x σ(1.702 x), within 2.5e-7 · |x|.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector QuickGelu(TVector x) => TimesSigmoid(x, TIsa.Multiply(x, TIsa.Broadcast(1.702f)));

    /// <summary>x / (1 + e⁻ʸ).</summary>
    /// <remarks>
    /// −y is held to −87 … 89, where its exponential is 1.6e-38, which is lost beside 1, and infinity, so that the quotient is 0 where
    /// σ(y) is below float32's normal numbers. NaN goes through by x.
    /// </remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector TimesSigmoid(TVector x, TVector y)
    {
        var one = TIsa.Broadcast(1f);
        var negative = TIsa.Subtract(TIsa.Broadcast(0f), y);
        var within = TIsa.Max(TIsa.Broadcast(-87f), TIsa.Min(TIsa.Broadcast(89f), negative));
        return TIsa.Divide(x, TIsa.Add(one, ExpWithin(within)));
    }

    /// <summary>eˣ for −87 ≤ x ≤ 88.3, within 2 units in the last place; infinity from there to 89.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector ExpWithin(TVector x)
    {
        const float log2E = 1.44269504f;
        const float ln2High = 0.693359375f;
        const float ln2Low = -2.12194440e-4f;
        const float rounding = 12582912f + 127f;

        var shifted = TIsa.FusedMultiplyAdd(x, TIsa.Broadcast(log2E), TIsa.Broadcast(rounding));
        var n = TIsa.Subtract(shifted, TIsa.Broadcast(rounding));
        var r = TIsa.FusedMultiplyAdd(n, TIsa.Broadcast(-ln2High), x);
        r = TIsa.FusedMultiplyAdd(n, TIsa.Broadcast(-ln2Low), r);

        var p = TIsa.Broadcast(1.9875691500e-4f);
        p = TIsa.FusedMultiplyAdd(p, r, TIsa.Broadcast(1.3981999507e-3f));
        p = TIsa.FusedMultiplyAdd(p, r, TIsa.Broadcast(8.3334519073e-3f));
        p = TIsa.FusedMultiplyAdd(p, r, TIsa.Broadcast(4.1665795894e-2f));
        p = TIsa.FusedMultiplyAdd(p, r, TIsa.Broadcast(1.6666665459e-1f));
        p = TIsa.FusedMultiplyAdd(p, r, TIsa.Broadcast(5.0000001201e-1f));
        p = TIsa.FusedMultiplyAdd(p, r, TIsa.Broadcast(1f));
        p = TIsa.FusedMultiplyAdd(p, r, TIsa.Broadcast(1f));
        return TIsa.Multiply(p, TIsa.ExponentFromLowBits(shifted));
    }

    /// <summary>x Φ(x), the exact (erf) GELU of Hendrycks and Gimpel (arXiv:1606.08415), within 1.5e-7 · |x|.</summary>
    /// <remarks>
    /// Φ(x) − ½ is odd: z P(z²) with z = x clamped to ±5.325, where it reaches ½ to float32's last bit, so that Φ is exactly 0 or 1 beyond.
    /// P is our minimax polynomial (Remez) of degree 14 in t = 2 z² / 5.325² − 1, whose coefficients stay small where a power series in z²
    /// would cancel; its error before rounding is 2.1e-8. No division and no exponential: 21 operations a vector.
    /// </remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Gelu(TVector x)
    {
        const float bound = 5.325f;
        const float scale = 2f / (bound * bound);

        var z = TIsa.Max(TIsa.Broadcast(-bound), TIsa.Min(TIsa.Broadcast(bound), x));
        var t = TIsa.FusedMultiplyAdd(TIsa.Multiply(z, z), TIsa.Broadcast(scale), TIsa.Broadcast(-1f));
        var p = TIsa.Broadcast(0.000308029557f);
        p = TIsa.FusedMultiplyAdd(p, t, TIsa.Broadcast(-0.000824201794f));
        p = TIsa.FusedMultiplyAdd(p, t, TIsa.Broadcast(0.000766875979f));
        p = TIsa.FusedMultiplyAdd(p, t, TIsa.Broadcast(-0.00112179411f));
        p = TIsa.FusedMultiplyAdd(p, t, TIsa.Broadcast(0.00326103345f));
        p = TIsa.FusedMultiplyAdd(p, t, TIsa.Broadcast(-0.00605782308f));
        p = TIsa.FusedMultiplyAdd(p, t, TIsa.Broadcast(0.00903386064f));
        p = TIsa.FusedMultiplyAdd(p, t, TIsa.Broadcast(-0.0133856172f));
        p = TIsa.FusedMultiplyAdd(p, t, TIsa.Broadcast(0.0191126503f));
        p = TIsa.FusedMultiplyAdd(p, t, TIsa.Broadcast(-0.0254183169f));
        p = TIsa.FusedMultiplyAdd(p, t, TIsa.Broadcast(0.0320959836f));
        p = TIsa.FusedMultiplyAdd(p, t, TIsa.Broadcast(-0.0394973457f));
        p = TIsa.FusedMultiplyAdd(p, t, TIsa.Broadcast(0.049073074f));
        p = TIsa.FusedMultiplyAdd(p, t, TIsa.Broadcast(-0.0662176237f));
        p = TIsa.FusedMultiplyAdd(p, t, TIsa.Broadcast(0.132767931f));
        return TIsa.Multiply(x, TIsa.Add(TIsa.Multiply(z, p), TIsa.Broadcast(0.5f)));
    }
}
