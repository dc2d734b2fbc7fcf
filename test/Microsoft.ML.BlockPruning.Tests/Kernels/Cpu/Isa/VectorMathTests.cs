using Microsoft.ML.BlockPruning.Kernels.Cpu.Isa;
using Microsoft.ML.BlockPruning.Tests.Kernels.Cuda;

namespace Microsoft.ML.BlockPruning.Tests.Kernels.Cpu.Isa;

[TestClass]
public sealed class VectorMathTests
{
    /// <summary>x Φ(x) in double, where Φ(x) = erfc(−x / √2) / 2 by erfc's series and continued fraction.</summary>
    public static double ExactGelu(double x) => x * 0.5 * Erfc(-x / Math.Sqrt(2));

    [TestMethod]
    public void Erfc_OfTheOracle_AgreesWithTables()
    {
        // Abramowitz and Stegun, tables 7.1 and 7.3.
        Assert.AreEqual(1 - 0.5204998778130465, Erfc(0.5), 1e-15);
        Assert.AreEqual(0.004677734981047266, Erfc(2), 4e-16); // 1 − erf: two roundings near 1
        Assert.AreEqual(2 - 0.1572992070502851, Erfc(-1), 1e-14);
        Assert.AreEqual(1.541725790028002e-8, Erfc(4), 1e-20);
    }

    [TestMethod]
    public void Gelu_StaysWithinItsBound_OverTheWholeRange()
    {
        foreach (float x in WideRange())
        {
            float y = VectorMath<PortableIsa, float>.Gelu(x);
            Assert.AreEqual(ExactGelu(x), y, 1.5e-7 * Math.Abs((double)x), $"x = {x:R}");
        }
    }

    [TestMethod]
    public void Gelu_OfFarNegative_IsZero_AndOfFarPositive_IsTheIdentity()
    {
        foreach (float x in new[] { 5.4f, 100f, 1e30f, float.MaxValue })
        {
            Assert.AreEqual(x, VectorMath<PortableIsa, float>.Gelu(x));
            Assert.AreEqual(0f, VectorMath<PortableIsa, float>.Gelu(-x));
        }
    }

    [TestMethod]
    public void Gelu_PassesNaNAndInfinityOn()
    {
        Assert.IsTrue(float.IsNaN(VectorMath<PortableIsa, float>.Gelu(float.NaN)));
        Assert.AreEqual(float.PositiveInfinity, VectorMath<PortableIsa, float>.Gelu(float.PositiveInfinity));
        Assert.IsFalse(float.IsFinite(VectorMath<PortableIsa, float>.Gelu(float.NegativeInfinity)));
    }

    /// <summary>
    /// x / (1 + e⁻ʸ): with σ = 1 / (1 + e⁻ʸ), e⁻ʸ off by 2⁻²² of itself, the sum, the quotient and up to four factors of y by 2⁻²⁴ each,
    /// the result is off by σ (1 − σ) 2⁻²² + σ 2⁻²³ + |y| σ (1 − σ) 2⁻²² of |x| at most; |y| σ (1 − σ) is below 0.224, so all below 2.5e-7.
    /// </summary>
    [TestMethod]
    public void TanhAndQuickGelu_StayWithinTheirBound_OverTheWholeRange()
    {
        foreach (float x in WideRange())
        {
            double bound = 2.5e-7 * Math.Abs((double)x);
            Assert.AreEqual(ReferenceMath.TanhGelu(x), VectorMath<PortableIsa, float>.TanhGelu(x), bound, $"tanh, x = {x:R}");
            Assert.AreEqual(ReferenceMath.QuickGelu(x), VectorMath<PortableIsa, float>.QuickGelu(x), bound, $"quick, x = {x:R}");
        }
    }

    [TestMethod]
    public void TanhAndQuickGelu_OfFarNegative_AreZero_AndOfFarPositive_AreTheIdentity()
    {
        foreach (float x in new[] { 60f, 100f, 1e30f, float.MaxValue })
        {
            Assert.AreEqual(x, VectorMath<PortableIsa, float>.TanhGelu(x));
            Assert.AreEqual(x, VectorMath<PortableIsa, float>.QuickGelu(x));
            Assert.AreEqual(0f, VectorMath<PortableIsa, float>.TanhGelu(-x));
            Assert.AreEqual(0f, VectorMath<PortableIsa, float>.QuickGelu(-x));
        }
    }

    [TestMethod]
    public void TanhAndQuickGelu_PassNaNAndInfinityOn()
    {
        foreach (var gelu in new[] { VectorMath<PortableIsa, float>.TanhGelu, VectorMath<PortableIsa, float>.QuickGelu })
        {
            Assert.IsTrue(float.IsNaN(gelu(float.NaN)));
            Assert.IsTrue(float.IsNaN(gelu(BitConverter.UInt32BitsToSingle(0x7FC12345))));
            Assert.AreEqual(float.PositiveInfinity, gelu(float.PositiveInfinity));
            Assert.IsFalse(float.IsFinite(gelu(float.NegativeInfinity)));
        }
    }

    [TestMethod]
    public void Exp_StaysWithinTwoUnitsInTheLastPlace()
    {
        for (int i = 0; i <= 870_000; i++)
        {
            float x = -i * 1e-4f;
            double expected = Math.Exp(x);
            Assert.AreEqual(expected, VectorMath<PortableIsa, float>.Exp(x), 2 * expected / (1 << 23), $"x = {x:R}");
        }
    }

    [TestMethod]
    public void Exp_OfFarNegative_IsAsGoodAsZero_AndOfNaN_IsNaN()
    {
        foreach (float x in new[] { -88f, -1000f, -1e30f, float.NegativeInfinity })
        {
            Assert.AreEqual(0f, VectorMath<PortableIsa, float>.Exp(x), 2e-38f);
        }

        Assert.IsTrue(float.IsNaN(VectorMath<PortableIsa, float>.Exp(float.NaN)));
        Assert.IsTrue(float.IsNaN(VectorMath<PortableIsa, float>.Exp(BitConverter.UInt32BitsToSingle(0x7FC12345))));
    }

    private static IEnumerable<float> WideRange()
    {
        for (int i = -80_000; i <= 80_000; i++)
        {
            yield return i * 1e-4f;
        }

        for (float x = 1e-38f; x < 1e38f; x *= 1.7f)
        {
            yield return x;
            yield return -x;
        }
    }

    private static double Erfc(double x)
    {
        if (x < 0)
        {
            return 2 - Erfc(-x);
        }

        if (x < 2.5)
        {
            // erf(x) = 2/√π e^(−x²) Σ 2ⁿ x^(2n+1) / (1·3·…·(2n+1)): all terms positive (A&S 7.1.6).
            double term = x;
            double sum = x;
            for (int n = 1; term > 1e-18 * sum; n++)
            {
                term *= 2 * x * x / ((2 * n) + 1);
                sum += term;
            }

            return 1 - (2 / Math.Sqrt(Math.PI) * Math.Exp(-x * x) * sum);
        }

        // √π e^(x²) erfc(x) = 1/(x + (1/2)/(x + 1/(x + (3/2)/(x + …)))) (A&S 7.1.14).
        double fraction = x;
        for (int n = 120; n > 0; n--)
        {
            fraction = x + (n / 2.0 / fraction);
        }

        return Math.Exp(-x * x) / Math.Sqrt(Math.PI) / fraction;
    }
}
