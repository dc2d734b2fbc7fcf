using Microsoft.ML.BlockPruning.Formats;
using Microsoft.ML.BlockPruning.Kernels.Cpu;
using Microsoft.ML.BlockPruning.Kernels.Cpu.Attention;
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
                AssertQuery(qkv, (_, _) => 0, context, tokens, headDim, head, query);
            }
        }
    }

    /// <summary>The same with q, k and v that are bfloat16 numbers: then exponentials alone are rounded, by 2⁻⁸ each at most.</summary>
    [TestMethod]
    [DataRow(1, 5, 1f)]
    [DataRow(15, 12, 1f)]
    [DataRow(17, 32, 1f)]
    [DataRow(48, 48, 4f)]
    [DataRow(50, 64, 1f)]
    [DataRow(113, 20, 30f)] // one key takes all the weight
    [DataRow(197, 64, 1f)]
    public void Attend_InBFloat16_StaysWithinForwardErrorBound(int tokens, int headDim, float scale)
    {
        var row = CpuKernels.Rows.OfType<AttentionKernel>().First(row => row.Traits.Product == ProductFormat.BFloat16);
        if (!row.IsSupported)
        {
            Assert.Inconclusive($"This processor cannot run {row}.");
        }

        float[] qkv = [.. TestMatrices.Uniform(1, tokens * 3 * Heads * headDim).Select(value => scale * value)];
        BlockCodecs.Of(NumberFormat.BFloat16).Round(qkv);
        float Bias(int query, int key) => ((query * 7) + key) % 5;

        float[] plain = Attend(row, new AttentionShape(new PanelLayout(tokens), Heads, headDim), qkv);
        float[] biased = Attend(row, new AttentionShape(new PanelLayout(tokens), Heads, headDim), qkv, Bias);

        for (int head = 0; head < Heads; head++)
        {
            for (int query = 0; query < tokens; query++)
            {
                AssertQuery(qkv, (_, _) => 0, plain, tokens, headDim, head, query, Math.ScaleB(1, -8));
                AssertQuery(qkv, Bias, biased, tokens, headDim, head, query, Math.ScaleB(1, -8));
            }
        }
    }

    [TestMethod]
    [DynamicData(nameof(TestKernels.Names), typeof(TestKernels))]
    public void Attend_WithABias_StaysWithinForwardErrorBound(string kernelName)
    {
        var kernel = TestKernels.SupportedOrInconclusive(kernelName);
        foreach (int tokens in new[] { 4, 49, 144 })
        {
            float[] qkv = TestMatrices.Uniform(1, tokens * 3 * Heads * 32);
            float[] bias = [.. TestMatrices.Uniform(2, tokens * tokens).Select(value => value > 0.6f ? -300 : 6 * value)];
            float Bias(int query, int key) => bias[(query * tokens) + key];

            float[] context = Attend(kernel, qkv, tokens, 32, Bias);

            for (int query = 0; query < tokens; query++)
            {
                AssertQuery(qkv, Bias, context, tokens, 32, head: 1, query);
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

    /// <summary>Each value is a sum of its own: those that are left are the bits they were.</summary>
    [TestMethod]
    [DynamicData(nameof(TestKernels.Names), typeof(TestKernels))]
    public void Attend_WithHeadsThatLackValues_GivesTheOthersTheSameBits(string kernelName)
    {
        var kernel = TestKernels.SupportedOrInconclusive(kernelName);
        const int tokens = 65, headDim = 16;
        int[] left = [5, 16, 8]; // values of each head
        int width = Heads * headDim;
        float[] qkv = TestMatrices.Uniform(5, tokens * 3 * width);
        int[] values = [.. Enumerable.Range(0, width).Where(value => value % headDim < left[value / headDim])];
        float[] some =
            [.. qkv.Chunk(3 * width).SelectMany(row => row[..(2 * width)].Concat(values.Select(value => row[(2 * width) + value])))];

        float[] context = Attend(kernel, new AttentionShape(new PanelLayout(tokens), headDim, [0, 5, 21, 29]), some);

        float[] expected = [.. Attend(kernel, qkv, tokens, headDim).Chunk(width).SelectMany(row => values.Select(value => row[value]))];
        CollectionAssert.AreEqual(expected, context);
    }

    private static void AssertQuery(
        float[] qkv, Func<int, int, float> bias, float[] context, int tokens, int headDim, int head, int query, double rounding = 0)
    {
        int embedDim = Heads * headDim;
        double At(int token, int part, int d) => qkv[(token * 3 * embedDim) + (part * embedDim) + (head * headDim) + d];
        double[] scores = new double[tokens];
        double scoreError = 0;
        for (int key = 0; key < tokens; key++)
        {
            double absolute = Math.Abs(bias(query, key)) / Math.Sqrt(headDim);
            scores[key] = bias(query, key) / Math.Sqrt(headDim);
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
            double relative = Math.Exp(4 * scoreError) - 1 + (((2 * tokens) + 16) * UnitRoundoff) + rounding;
            double found = context[(query * embedDim) + (head * headDim) + d];
            Assert.AreEqual(expected, found, (absolute * relative) + 1e-30, $"head {head}, query {query}, feature {d}");
        }
    }

    private static float[] Attend(CpuKernel kernel, float[] qkv, int tokens, int headDim, Func<int, int, float>? bias = null) =>
        Attend(kernel, new AttentionShape(new PanelLayout(tokens), Heads, headDim), qkv, bias);

    private static float[] Attend(CpuKernel kernel, AttentionShape shape, float[] qkv, Func<int, int, float>? bias = null) =>
        Attend(kernel.Attention, shape, qkv, bias);

    private static float[] Attend(AttentionKernel row, AttentionShape shape, float[] qkv, Func<int, int, float>? bias = null)
    {
        int tokens = shape.Layout.Tokens;
        using var input = new PanelBuffer(tokens, shape.QkvFeatures, qkv);
        using var output = new PanelBuffer(tokens, shape.ContextFeatures);
        using var scratch = NativeBuffer.OfFloats(row.ScratchOf(shape));
        using var packed = PackedIn(row, shape, input);
        using var biases = NativeBuffer.OfFloats(tokens * PanelLayout.PanelTokens);
        for (int panel = 0; panel < shape.Layout.Panels; panel++)
        {
            int lanes = shape.Layout.LanesOf(panel);
            for (int i = 0; bias is not null && i < tokens * lanes; i++)
            {
                int query = (panel * PanelLayout.PanelTokens) + (i % lanes);
                biases.Floats[i] = query < tokens ? bias(query, i / lanes) : 0;
            }

            for (int head = 0; head < Heads; head++)
            {
                float* ofPanel = bias is null ? null : biases.Floats;
                byte* read = packed is null ? (byte*)input.Pointer : (byte*)packed.Pointer;
                row.Attend(shape, read, head, panel, ofPanel, scratch.Floats, output.Pointer);
            }
        }

        return output.Rows;
    }

    // null where the row reads float32 panels.
    private static NativeBuffer? PackedIn(AttentionKernel row, AttentionShape shape, PanelBuffer input)
    {
        if (!row.PacksInput)
        {
            return null;
        }

        var packed = new NativeBuffer(shape.Layout.SizeOf(row.InputTokenBytes(shape)));
        new Span<byte>(packed.Pointer, (int)shape.Layout.SizeOf(row.InputTokenBytes(shape))).Fill(0xFF); // NaN, until it is written
        for (int panel = 0; panel < shape.Layout.Panels; panel++)
        {
            for (int head = 0; head < shape.Heads; head++)
            {
                row.PackInput(shape, input.Pointer, head, panel, (byte*)packed.Pointer);
            }
        }

        return packed;
    }
}
