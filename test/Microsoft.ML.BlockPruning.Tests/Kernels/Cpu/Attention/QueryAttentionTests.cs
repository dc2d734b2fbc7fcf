using Microsoft.ML.BlockPruning.Kernels.Cpu;
using Microsoft.ML.BlockPruning.Kernels.Cpu.Layout;

namespace Microsoft.ML.BlockPruning.Tests.Kernels.Cpu.Attention;

[TestClass]
public sealed unsafe class QueryAttentionTests
{
    private const double UnitRoundoff = 1.0 / (1 << 24);
    private const int Heads = 3;

    public static IEnumerable<(string Kernel, int Tokens, int HeadDim, float Scale)> Cases =>
        from kernel in TestKernels.Names
        from tokens in new[] { 1, 15, 17, 48, 50, 197 }
        from head in new[] { (5, 1f), (12, 1f), (32, 1f), (48, 4f), (64, 1f), (80, 30f) } // 30: one key takes all the weight
        select (kernel, tokens, head.Item1, head.Item2);

    [TestMethod]
    [DynamicData(nameof(Cases))]
    public void Attend_StaysWithinForwardErrorBound(string kernelName, int tokens, int headDim, float scale)
    {
        var kernel = TestKernels.SupportedOrInconclusive(kernelName);
        int width = 3 * Heads * headDim;
        float[] qkv = [.. TestMatrices.Uniform(1, tokens * width).Select(value => scale * value)];

        float[] context = Attend(kernel, qkv, tokens, headDim);

        for (int head = 0; head < Heads; head++)
        {
            for (int query = 0; query < tokens; query++)
            {
                AssertQuery(qkv, context, tokens, headDim, head, query);
            }
        }
    }

    [TestMethod]
    [DynamicData(nameof(TestKernels.Names), typeof(TestKernels))]
    public void Attend_GivesTheSameBitsOnEveryInstructionSet(string kernelName)
    {
        var kernel = TestKernels.SupportedOrInconclusive(kernelName);
        var portable = CpuKernels.All.Single(k => k.Name == "portable");
        float[] qkv = TestMatrices.Uniform(2, 65 * 3 * Heads * 20);

        CollectionAssert.AreEqual(Attend(portable, qkv, 65, 20), Attend(kernel, qkv, 65, 20));
    }

    [TestMethod]
    [DynamicData(nameof(TestKernels.Names), typeof(TestKernels))]
    public void Attend_WithNaNInAKey_IsNaNInThatHeadAlone(string kernelName)
    {
        var kernel = TestKernels.SupportedOrInconclusive(kernelName);
        const int headDim = 16;
        float[] qkv = TestMatrices.Uniform(3, 50 * 3 * Heads * headDim);
        int key = (Heads * headDim) + (1 * headDim) + 2; // token 0, k, head 1, feature 2
        qkv[key] = float.NaN;

        float[] context = Attend(kernel, qkv, 50, headDim);

        for (int i = 0; i < context.Length; i++)
        {
            Assert.AreEqual(i % (Heads * headDim) / headDim == 1, float.IsNaN(context[i]), $"value {i}");
        }
    }

    private static void AssertQuery(float[] qkv, float[] context, int tokens, int headDim, int head, int query)
    {
        int embedDim = Heads * headDim;
        double At(int token, int part, int d) => qkv[(token * 3 * embedDim) + (part * embedDim) + (head * headDim) + d];
        double[] scores = new double[tokens];
        double scoreError = 0;
        for (int key = 0; key < tokens; key++)
        {
            double absolute = 0;
            for (int d = 0; d < headDim; d++)
            {
                double term = At(query, 0, d) * At(key, 1, d) / Math.Sqrt(headDim);
                scores[key] += term;
                absolute += Math.Abs(term);
            }

            // The sum of headDim products, then subtracting the maximum and multiplying with 1/√headDim.
            scoreError = Math.Max(scoreError, (headDim + 8) * UnitRoundoff * absolute);
        }

        double max = scores.Max();
        double[] weights = [.. scores.Select(score => Math.Exp(score - max))];
        double sum = weights.Sum();
        for (int d = 0; d < headDim; d++)
        {
            double expected = 0;
            double absolute = 0;
            for (int key = 0; key < tokens; key++)
            {
                expected += weights[key] / sum * At(key, 2, d);
                absolute += weights[key] / sum * Math.Abs(At(key, 2, d));
            }

            // A weight is off by a factor e^(4 δ) at most (its score, the maximum, and both again in the sum), exp by 4 ε,
            // each of two sums by tokens · ε.
            double relative = Math.Exp(4 * scoreError) - 1 + (((2 * tokens) + 16) * UnitRoundoff);
            double found = context[(query * embedDim) + (head * headDim) + d];
            Assert.AreEqual(expected, found, (absolute * relative) + 1e-30, $"head {head}, query {query}, feature {d}");
        }
    }

    private static float[] Attend(CpuKernel kernel, float[] qkv, int tokens, int headDim)
    {
        var shape = new AttentionShape(new PanelLayout(tokens), Heads, headDim);
        using var input = new PanelBuffer(tokens, 3 * shape.ContextFeatures, qkv);
        using var output = new PanelBuffer(tokens, shape.ContextFeatures);
        using var scratch = NativeBuffer.OfFloats(shape.ScratchFloats);
        for (int head = 0; head < Heads; head++)
        {
            for (int panel = 0; panel < shape.Layout.Panels; panel++)
            {
                kernel.Attention.Attend(shape, input.Pointer, head, panel, scratch.Floats, output.Pointer);
            }
        }

        return output.Rows;
    }
}
