using Microsoft.ML.BlockPruning.Kernels.Cpu;
using Microsoft.ML.BlockPruning.Kernels.Cpu.Layout;
using Microsoft.ML.BlockPruning.Kernels.Cpu.Linear;
using Microsoft.ML.BlockPruning.Kernels.Cpu.Threads;
using Microsoft.ML.BlockPruning.Sparsity;
using Microsoft.ML.BlockPruning.Tests.Kernels.Cpu.Isa;
using Microsoft.ML.BlockPruning.Tests.Kernels.Cuda;

namespace Microsoft.ML.BlockPruning.Tests.Kernels.Cpu.Linear;

[TestClass]
public sealed unsafe class LinearWorkTests
{
    private const double UnitRoundoff = 1.0 / (1 << 24);
    private const int Rows = 44; // 5 strips and a half; no block shape below tiles both sides
    private const int Columns = 52;

    // Below, at and past 16-token steps and 48-token panels; 197 is a 224-pixel image.
    private static readonly int[] TokenCounts = [1, 15, 16, 17, 47, 48, 49, 197];

    private static readonly (int Height, int Width)[] Shapes = [(8, 8), (16, 16), (32, 32), (16, 32), (4, 4), (12, 20), (Rows, Columns)];

    public static IEnumerable<(string Kernel, int Height, int Width, double Density)> Cases =>
        from kernel in TestKernels.Names
        from shape in Shapes
        from density in new[] { 0.0, 0.5, 1.0 }
        select (kernel, shape.Height, shape.Width, density);

    public static IEnumerable<(string Kernel, int Columns)> LongCases =>
        from kernel in TestKernels.Names
        from columns in new[] { 1, 8, 1536, 3072 }
        select (kernel, columns);

    public static IEnumerable<(string Kernel, string Activation)> Activations =>
        from kernel in TestKernels.Names
        from activation in Gelus.Keys
        select (kernel, activation);

    // Of each form the formula in double, and the error of its float32 code as a part of |x| (VectorMathTests).
    private static Dictionary<string, (Epilogue Epilogue, Func<double, double> Formula, double Error)> Gelus { get; } = new()
    {
        ["exact"] = (Epilogue.Gelu, VectorMathTests.ExactGelu, 1.5e-7),
        ["tanh"] = (Epilogue.TanhGelu, ReferenceMath.TanhGelu, 2.5e-7),
        ["quick"] = (Epilogue.QuickGelu, ReferenceMath.QuickGelu, 2.5e-7),
    };

    [TestMethod]
    [DynamicData(nameof(Cases))]
    public void Run_StaysWithinForwardErrorBound(string kernelName, int height, int width, double density)
    {
        var kernel = TestKernels.SupportedOrInconclusive(kernelName);
        var (dense, sparse) = TestMatrices.BlockSparse(seed: 3, Rows, Columns, new BlockShape(height, width), density);
        foreach (int tokens in TokenCounts)
        {
            AssertWithinBound(kernel, dense, sparse, tokens);
        }
    }

    [TestMethod]
    [DynamicData(nameof(LongCases))]
    public void Run_StaysWithinForwardErrorBound_ForLongAndShortSums(string kernelName, int columns)
    {
        var kernel = TestKernels.SupportedOrInconclusive(kernelName);
        var (dense, sparse) = TestMatrices.BlockSparse(seed: 4, 24, columns, new BlockShape(8, Math.Min(8, columns)), density: 0.7);
        AssertWithinBound(kernel, dense, sparse, tokens: 65);
    }

    [TestMethod]
    [DynamicData(nameof(Activations))]
    public void Run_WithGelu_AppliesItToTheSum(string kernelName, string activation)
    {
        var (epilogue, gelu, error) = Gelus[activation];
        var kernel = TestKernels.SupportedOrInconclusive(kernelName);
        var (dense, sparse) = TestMatrices.BlockSparse(seed: 5, Rows, Columns, new BlockShape(16, 16), density: 0.5);
        float[] bias = TestMatrices.Uniform(6, Rows);
        float[] x = TestMatrices.Uniform(7, 50 * Columns);

        float[] y = Multiply(kernel, sparse, bias, x, tokens: 50, epilogue);

        foreach (var (i, sum, bound) in Sums(dense, bias, x, tokens: 50))
        {
            Assert.AreEqual(gelu(sum), y[i], (1.13 * bound) + (error * Math.Abs(sum)), $"value {i}"); // no form is steeper than 1.13
        }
    }

    [TestMethod]
    [DynamicData(nameof(TestKernels.Names), typeof(TestKernels))]
    public void Run_WithResidual_AddsInPlace(string kernelName)
    {
        var kernel = TestKernels.SupportedOrInconclusive(kernelName);
        var (dense, sparse) = TestMatrices.BlockSparse(seed: 8, Rows, Columns, new BlockShape(12, 20), density: 0.5);
        float[] bias = TestMatrices.Uniform(9, Rows);
        float[] x = TestMatrices.Uniform(10, 50 * Columns);
        float[] residual = TestMatrices.Uniform(11, 50 * Rows);

        float[] y = Multiply(kernel, sparse, bias, x, tokens: 50, Epilogue.AddResidual, residual);

        foreach (var (i, sum, bound) in Sums(dense, bias, x, tokens: 50))
        {
            double expected = sum + residual[i];
            Assert.AreEqual(expected, y[i], bound + (2 * UnitRoundoff * Math.Abs(expected)), $"value {i}");
        }
    }

    [TestMethod]
    [DynamicData(nameof(Activations))]
    public void Run_GivesTheSameBitsOnEveryInstructionSetAndThreadCount(string kernelName, string activation)
    {
        var epilogue = Gelus[activation].Epilogue;
        var kernel = TestKernels.SupportedOrInconclusive(kernelName);
        var portable = CpuKernels.All.Single(k => k.Name == "portable");
        var (_, sparse) = TestMatrices.BlockSparse(seed: 12, Rows, Columns, new BlockShape(16, 16), density: 0.5);
        float[] bias = TestMatrices.Uniform(13, Rows);
        float[] x = TestMatrices.Uniform(14, 197 * Columns);
        float[] expected = Multiply(portable, sparse, bias, x, tokens: 197, epilogue);
        foreach (int threads in new[] { 1, 2, 3 })
        {
            CollectionAssert.AreEqual(expected, Multiply(kernel, sparse, bias, x, tokens: 197, epilogue, residual: null, threads));
        }
    }

    [TestMethod]
    public void Run_LeavesTheOtherTokensAlone_WhenOneIsNaN()
    {
        var (_, sparse) = TestMatrices.BlockSparse(seed: 15, Rows, Columns, new BlockShape(16, 16), density: 1);
        float[] x = TestMatrices.Uniform(16, 20 * Columns);
        x[3 * Columns] = float.NaN;

        float[] y = Multiply(CpuKernels.Selected, sparse, new float[Rows], x, tokens: 20, Epilogue.Gelu);

        for (int i = 0; i < y.Length; i++)
        {
            Assert.AreEqual(i / Rows == 3, float.IsNaN(y[i]), $"token {i / Rows}, feature {i % Rows}");
        }
    }

    private static void AssertWithinBound(CpuKernel kernel, float[] dense, BlockSparseMatrix sparse, int tokens)
    {
        float[] bias = TestMatrices.Uniform(1, sparse.Rows);
        float[] x = TestMatrices.Uniform(2, tokens * sparse.Columns);

        float[] y = Multiply(kernel, sparse, bias, x, tokens, Epilogue.None);

        foreach (var (i, sum, bound) in Sums(dense, bias, x, tokens))
        {
            Assert.AreEqual(sum, y[i], bound, $"{tokens} tokens, value {i}");
        }
    }

    /// <summary>x Wᵀ + b in double, and the bound K·ε·(|x||W|ᵀ + |b|) of a float32 sum in any order; zero where nothing is kept.</summary>
    private static IEnumerable<(int Index, double Sum, double Bound)> Sums(float[] dense, float[] bias, float[] x, int tokens)
    {
        int columns = dense.Length / bias.Length;
        for (int i = 0; i < tokens * bias.Length; i++)
        {
            int token = i / bias.Length;
            int row = i % bias.Length;
            double sum = bias[row];
            double absolute = 0;
            for (int k = 0; k < columns; k++)
            {
                double term = (double)x[(token * columns) + k] * dense[(row * columns) + k];
                sum += term;
                absolute += Math.Abs(term);
            }

            yield return (i, sum, absolute == 0 ? 0 : columns * UnitRoundoff * (absolute + Math.Abs(bias[row])) * 1.01);
        }
    }

    private static float[] Multiply(
        CpuKernel kernel, BlockSparseMatrix sparse, float[] bias, float[] x, int tokens, Epilogue epilogue,
        float[]? residual = null, int threads = 2)
    {
        using var linear = kernel.Linear.Pack(sparse, bias);
        using var pool = new WorkerPool(threads);
        using var input = new PanelBuffer(tokens, sparse.Columns, x);
        using var output = new PanelBuffer(tokens, sparse.Rows, residual);
        var layout = new PanelLayout(tokens);
        new LinearWork(kernel.Linear, pool).Run(
            linear, layout, images: 1, layout.Panels, epilogue, (byte*)input.Pointer, output.Pointer, residualStride: 0, output.Pointer);
        return output.Rows;
    }
}
