using Microsoft.ML.BlockPruning.Benchmarks.Timing;
using Microsoft.ML.BlockPruning.Kernels.Cpu.Threads;
using Microsoft.ML.BlockPruning.Sparsity;

namespace Microsoft.ML.BlockPruning.Benchmarks.Kernels;

/// <summary>Times our product at several sparsities beside the dense products a user has otherwise, in one process and in turn.</summary>
internal sealed class KernelComparison(InterleavedRounds rounds, WorkerPool pool)
{
    private static readonly double[] Sparsities = [0, 0.5, 0.75, 0.9];

    public IReadOnlyList<KernelRow> Measure(LayerShape shape, int batch, BlockShape block)
    {
        var problem = new LinearProblem(shape, batch);
        using var onnx = new OnnxRuntimeLinear(problem, pool.Threads);
        using var torch = new TorchLinear(problem);
        BlockSparseLinear[] ours = [.. Sparsities.Select(s => new BlockSparseLinear(problem, problem.Mask(block, s), pool))];
        try
        {
            CheckSameResult(ours[0], onnx, torch, shape);
            double[] seconds = rounds.Medians([onnx.Run, torch.Run, .. ours.Select(linear => (Action)linear.Run)]);
            return [.. Sparsities.Select((sparsity, i) => new KernelRow(
                shape.Name, batch, sparsity, block.ToString(), 1e3 * seconds[2 + i], 1e3 * seconds[2], 1e3 * seconds[0],
                1e3 * seconds[1]))];
        }
        finally
        {
            Array.ForEach(ours, linear => linear.Dispose());
        }
    }

    /// <summary>A comparison of speed means nothing unless all compute the same.</summary>
    private static void CheckSameResult(BlockSparseLinear ours, OnnxRuntimeLinear onnx, TorchLinear torch, LayerShape shape)
    {
        ours.Run();
        onnx.Run();
        float[] y = ours.Result();
        foreach (float[] other in new[] { onnx.Result(), torch.Result() })
        {
            double worst = y.Zip(other).Max(pair => Math.Abs(pair.First - (double)pair.Second));
            double largest = y.Max(Math.Abs);
            if (!(worst <= 1e-4 * largest))
            {
                throw new InvalidOperationException($"{shape.Name}: the products differ by {worst:g3} of {largest:g3}.");
            }
        }
    }
}
