using Microsoft.ML.BlockPruning.Formats;
using Microsoft.ML.BlockPruning.Kernels.Cpu;
using Microsoft.ML.BlockPruning.Kernels.Cpu.Layout;
using Microsoft.ML.BlockPruning.Kernels.Cpu.Linear;
using Microsoft.ML.BlockPruning.Kernels.Cpu.Threads;
using Microsoft.ML.BlockPruning.Sparsity;

namespace Microsoft.ML.BlockPruning.Tests.Kernels.Cpu.Dot;

/// <summary>Every bfloat16 and int8 row of the list against sums in double and in int64 over the numbers that it multiplies.</summary>
[TestClass]
public sealed unsafe class DotRowsTests
{
    private const double UnitRoundoff = 1.0 / (1 << 24);

    // Ragged everywhere: rows, columns, blocks that no group or strip divides, panels of 16, 32 and 48, empty strips, one feature.
    private static readonly (int Rows, int Columns, int Height, int Width, int Tokens, double Keep)[] Problems =
    [
        (8, 4, 8, 4, 1, 1), (32, 64, 32, 32, 48, 1), (32, 30, 8, 5, 16, 1), (40, 67, 16, 16, 33, 0.5), (24, 61, 8, 3, 50, 0.4),
        (13, 17, 5, 7, 65, 0.6), (64, 96, 16, 16, 197, 0.25), (96, 384, 32, 32, 197, 0.5), (64, 130, 7, 9, 100, 0.3),
        (16, 64, 8, 32, 47, 0), (16, 3072, 16, 16, 49, 1), (72, 1, 8, 1, 20, 1), (9, 3, 1, 1, 3, 0.5), (128, 769, 64, 64, 96, 0.7),
    ];

    public static IEnumerable<(string Row, int Problem)> Cases =>
        from row in Rows
        from problem in Enumerable.Range(0, Problems.Length)
        select (row.ToString(), problem);

    private static IEnumerable<LinearKernel> Rows =>
        CpuKernels.Rows.OfType<LinearKernel>().Where(row => row.Format != ProductFormat.Float32);

    [TestMethod]
    [DynamicData(nameof(Cases))]
    public void Multiply_StaysWithinItsBound(string rowName, int problem)
    {
        var row = SupportedOrInconclusive(rowName);
        var (rows, columns, height, width, tokens, keep) = Problems[problem];
        var (dense, sparse) = TestMatrices.BlockSparse(seed: problem + 1, rows, columns, new BlockShape(height, width), keep);
        float[] bias = TestMatrices.Uniform(2, rows), x = TestMatrices.Uniform(3, tokens * columns);
        float[] residual = TestMatrices.Uniform(4, tokens * rows);

        float[] plain = Multiply(row, sparse, bias, x, tokens, Epilogue.None, null);
        float[] added = Multiply(row, sparse, bias, x, tokens, Epilogue.AddResidual, residual);

        for (int token = 0; token < tokens; token++)
        {
            for (int output = 0; output < rows; output++)
            {
                var (expected, bound) = Expected(
                    row, dense.AsSpan(output * columns, columns), bias[output], x.AsSpan(token * columns, columns));
                int i = (token * rows) + output;
                Assert.AreEqual(expected, plain[i], bound, $"token {token}, output {output}");
                double sum = expected + residual[i];
                Assert.AreEqual(sum, added[i], bound + (2 * UnitRoundoff * Math.Abs(sum)), $"token {token}, output {output} with residual");
            }
        }
    }

    /// <summary>NaN and infinity stay in their token; a token of zeros gives the bias, and so does one as good as zero.</summary>
    [TestMethod]
    [DynamicData(nameof(RowNames))]
    public void Multiply_OfBadTokens_LeavesTheOthersAlone(string rowName)
    {
        const int rows = 16, columns = 30, tokens = 20;
        var row = SupportedOrInconclusive(rowName);
        var (_, sparse) = TestMatrices.BlockSparse(seed: 5, rows, columns, new BlockShape(8, 5), density: 1);
        float[] bias = TestMatrices.Uniform(6, rows), x = TestMatrices.Uniform(7, tokens * columns);
        float[] good = Multiply(row, sparse, bias, x, tokens, Epilogue.None, null);
        x[(3 * columns) + 4] = float.NaN;
        x[(5 * columns) + 1] = float.PositiveInfinity;
        x[(6 * columns) + 1] = float.NegativeInfinity;
        x.AsSpan(9 * columns, columns).Clear();
        x.AsSpan(11 * columns, columns).Fill(1e-38f);
        x.AsSpan(12 * columns, columns).Fill(float.Epsilon);

        float[] found = Multiply(row, sparse, bias, x, tokens, Epilogue.None, null);

        for (int i = 0; i < found.Length; i++)
        {
            int token = i / rows;
            if (token is 3 or 5 or 6)
            {
                Assert.IsFalse(float.IsFinite(found[i]), $"token {token}, output {i % rows}: {found[i]}");
            }
            else
            {
                Assert.AreEqual(token is 9 or 11 or 12 ? bias[i % rows] : good[i], found[i], $"token {token}, output {i % rows}");
            }
        }
    }

    [TestMethod]
    [DynamicData(nameof(RowNames))]
    public void Pack_OfARowOfZeros_GivesTheBias(string rowName)
    {
        var row = SupportedOrInconclusive(rowName);
        float[] dense = TestMatrices.Uniform(8, 16 * 8);
        dense.AsSpan(3 * 8, 8).Clear();
        dense.AsSpan(4 * 8, 8).Fill(float.Epsilon); // a scale that is zero
        var weight = BlockSparseMatrix.FromDense(dense, new BlockMask(16, 8, new BlockShape(8, 8)));
        float[] bias = TestMatrices.Uniform(9, 16);

        float[] y = Multiply(row, weight, bias, TestMatrices.Uniform(10, 5 * 8), tokens: 5, Epilogue.None, null);

        for (int token = 0; token < 5; token++)
        {
            Assert.AreEqual((bias[3], bias[4]), (y[(token * 16) + 3], y[(token * 16) + 4]));
        }
    }

    public static IEnumerable<string> RowNames => Rows.Select(row => row.ToString());

    private static LinearKernel SupportedOrInconclusive(string name)
    {
        var row = Rows.Single(row => row.ToString() == name);
        if (!row.IsSupported)
        {
            Assert.Inconclusive($"This processor cannot run {name}.");
        }

        return row;
    }

    // What rounding may lead the row away from: sums of rounded numbers in double, of integers exactly.
    private static (double Value, double Bound) Expected(LinearKernel row, ReadOnlySpan<float> weights, float bias, ReadOnlySpan<float> x)
    {
        if (row.Format == ProductFormat.Int8)
        {
            float rowScale = LargestOf(weights) / 127, tokenScale = LargestOf(x) / 127;
            long sum = 0;
            for (int k = 0; k < x.Length; k++)
            {
                sum += tokenScale == 0 || rowScale == 0 ? 0
                    : (long)MathF.Round(x[k] * (1 / tokenScale)) * (long)MathF.Round(weights[k] / rowScale);
            }

            double product = sum * (double)rowScale * tokenScale;
            return (product + bias, 4 * UnitRoundoff * (Math.Abs(product) + Math.Abs(bias)));
        }

        double value = 0, size = 0;
        for (int k = 0; k < x.Length; k++)
        {
            double product = (double)BFloat16(weights[k]) * (row.PacksInput ? BFloat16(x[k]) : x[k]);
            (value, size) = (value + product, size + Math.Abs(product));
        }

        return (value + bias, (x.Length + 3) * UnitRoundoff * (size + Math.Abs(bias)));
    }

    private static float LargestOf(ReadOnlySpan<float> values)
    {
        float largest = 0;
        foreach (float value in values)
        {
            largest = Math.Max(largest, Math.Abs(value));
        }

        return largest;
    }

    private static float BFloat16(float value)
    {
        // Half of the last place that stays, plus one where that place is odd: a tie goes to even.
        uint bits = BitConverter.SingleToUInt32Bits(value);
        return BitConverter.UInt32BitsToSingle((bits + 0x7FFF + ((bits >> 16) & 1)) & 0xFFFF_0000);
    }

    private static float[] Multiply(
        LinearKernel row, BlockSparseMatrix weight, float[] bias, float[] x, int tokens, Epilogue epilogue, float[]? residual)
    {
        using var linear = row.Pack(weight, bias);
        using var pool = new WorkerPool(threads: 2);
        using var input = new PanelBuffer(tokens, weight.Columns, x);
        using var output = new PanelBuffer(tokens, weight.Rows, residual);
        using var read = PackedInput.Of(row, tokens, weight.Columns, input);
        var layout = new PanelLayout(tokens);
        new LinearWork(row, pool).Run(
            linear, layout, images: 1, layout.Panels, epilogue, read.Panels, output.Pointer, residualStride: 0, output.Pointer);
        return output.Rows;
    }
}
