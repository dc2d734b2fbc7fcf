using Microsoft.ML.BlockPruning.Kernels.Cpu;
using Microsoft.ML.BlockPruning.Kernels.Cpu.Layout;

namespace Microsoft.ML.BlockPruning.Tests.Kernels.Cpu.Norm;

[TestClass]
public sealed unsafe class LayerNormalizationTests
{
    private const double UnitRoundoff = 1.0 / (1 << 24);
    private const float Eps = 1e-6f;

    public static IEnumerable<(string Kernel, int Features, float Mean, float Spread)> Cases =>
        from kernel in TestKernels.Names
        from features in new[] { 1, 7, 64, 768 }
        from distribution in new[] { (0f, 1f), (1000f, 1f), (0f, 1e-6f), (-3f, 1e4f), (0.5f, 0f) }
        select (kernel, features, distribution.Item1, distribution.Item2);

    [TestMethod]
    [DynamicData(nameof(Cases))]
    public void Normalize_StaysWithinForwardErrorBound(string kernelName, int features, float mean, float spread)
    {
        const int tokens = 65;
        var kernel = TestKernels.SupportedOrInconclusive(kernelName);
        float[] x = [.. TestMatrices.Uniform(1, tokens * features).Select(value => mean + (spread * value))];
        float[] scale = TestMatrices.Uniform(2, features);
        float[] offset = TestMatrices.Uniform(3, features);

        float[] y = Normalize(kernel, x, scale, offset);

        for (int token = 0; token < tokens; token++)
        {
            double[] row = [.. x.AsSpan(token * features, features).ToArray().Select(value => (double)value)];
            double average = row.Average();
            double deviation = Math.Sqrt(row.Average(value => (value - average) * (value - average)) + Eps);
            // A float32 mean of n values is off by up to n·ε·mean|x|, the deviation by as much in proportion, twice over for its own sum.
            double meanError = (features + 2) * UnitRoundoff * row.Average(Math.Abs);
            double deviationError = ((features + 8) * UnitRoundoff) + (2 * meanError / deviation * meanError / deviation);
            for (int f = 0; f < features; f++)
            {
                double unit = (row[f] - average) / deviation;
                double expected = (unit * scale[f]) + offset[f];
                double bound = (Math.Abs(scale[f]) * ((meanError / deviation) + (Math.Abs(unit) * deviationError)))
                    + (2 * UnitRoundoff * (Math.Abs(expected) + 1));
                Assert.AreEqual(expected, y[(token * features) + f], bound, $"token {token}, feature {f}");
            }
        }
    }

    [TestMethod]
    [DynamicData(nameof(TestKernels.Names), typeof(TestKernels))]
    public void Normalize_GivesTheSameBitsOnEveryInstructionSet(string kernelName)
    {
        var kernel = TestKernels.SupportedOrInconclusive(kernelName);
        var portable = CpuKernels.All.Single(k => k.Name == "portable");
        float[] x = TestMatrices.Uniform(4, 65 * 100);
        float[] scale = TestMatrices.Uniform(5, 100);
        float[] offset = TestMatrices.Uniform(6, 100);

        CollectionAssert.AreEqual(Normalize(portable, x, scale, offset), Normalize(kernel, x, scale, offset));
    }

    [TestMethod]
    [DynamicData(nameof(TestKernels.Names), typeof(TestKernels))]
    public void Normalize_OfATokenWithNaN_IsNaN_AndOfTheOthersIsNot(string kernelName)
    {
        var kernel = TestKernels.SupportedOrInconclusive(kernelName);
        float[] x = TestMatrices.Uniform(7, 5 * 10);
        x[23] = float.NaN;

        float[] y = Normalize(kernel, x, [.. Enumerable.Repeat(1f, 10)], new float[10]);

        for (int i = 0; i < y.Length; i++)
        {
            Assert.AreEqual(i / 10 == 2, float.IsNaN(y[i]), $"token {i / 10}");
        }
    }

    private static float[] Normalize(CpuKernel kernel, float[] x, float[] scale, float[] offset)
    {
        int tokens = x.Length / scale.Length;
        var layout = new PanelLayout(tokens);
        using var norm = new PackedNorm(scale, offset, Eps);
        using var input = new PanelBuffer(tokens, scale.Length, x);
        using var output = new PanelBuffer(tokens, scale.Length);
        for (int panel = 0; panel < layout.Panels; panel++)
        {
            nint start = PanelLayout.OffsetOf(panel, PanelLayout.PadFeatures(scale.Length));
            kernel.Norm.Normalize(norm, input.Pointer + start, layout.LanesOf(panel), output.Pointer + start);
        }

        return output.Rows;
    }
}
