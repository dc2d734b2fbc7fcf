using Microsoft.ML.BlockPruning.Inference.Cpu;
using Microsoft.ML.BlockPruning.Kernels.Cpu;
using Microsoft.ML.BlockPruning.Kernels.Cpu.Layout;
using Microsoft.ML.BlockPruning.Kernels.Cpu.Linear;
using Microsoft.ML.BlockPruning.Kernels.Cpu.Threads;
using Microsoft.ML.BlockPruning.Networks;
using Microsoft.ML.BlockPruning.Sparsity;

namespace Microsoft.ML.BlockPruning.Measurement;

/// <summary>Times the linear layers of a network on this machine, with the kernels and the threads that score it.</summary>
/// <remarks>
/// Each time is the lower quartile of several rounds, for what else the machine does only ever adds time; within a round all levels of a
/// layer are timed in turn, so that a drift of the machine's speed meets all alike. Masks
/// keep random blocks, the same on every run; what the weights hold does not matter for the time.
/// </remarks>
internal sealed unsafe class LatencyProbe : IDisposable
{
    /// <summary>Steps from no block kept to all.</summary>
    public const int Steps = 8;

    private readonly ProbeEffort _effort;
    private readonly WorkerPool _pool;
    private readonly LinearWork _work;
    private readonly NetworkSpec _spec;
    private readonly int _piece;
    private readonly double _pieces;

    /// <summary>Starts the threads.</summary>
    /// <param name="spec">The network.</param>
    /// <param name="batchSize">Images of a batch.</param>
    /// <param name="threads">Threads that score it.</param>
    /// <param name="effort">How long to measure; null for as long as a choice of blocks needs.</param>
    public LatencyProbe(NetworkSpec spec, int batchSize, int threads, ProbeEffort? effort = null)
    {
        ArgumentNullException.ThrowIfNull(spec);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(batchSize);
        _effort = effort ?? ProbeEffort.Choice;
        _pool = new WorkerPool(threads);
        _work = new LinearWork(CpuKernels.Selected.Linear, _pool);
        _spec = spec;
        _piece = SparseViTSession.PieceOf(spec, threads, batchSize);
        _pieces = (double)batchSize / _piece;
    }

    /// <summary>Milliseconds of whole networks of one shape for one batch, timed in turn.</summary>
    /// <param name="sessions">The networks.</param>
    /// <param name="batchSize">Images of the batch.</param>
    /// <param name="effort">How long to measure.</param>
    /// <param name="onSample">Called before each sample, outside of its time; it may throw to cancel.</param>
    public static double[] NetworkMilliseconds(
        IReadOnlyList<SparseViTSession> sessions, int batchSize, ProbeEffort effort, Action? onSample = null)
    {
        var spec = sessions[0].Spec;
        float[] images = new float[(long)batchSize * spec.ImageDim];
        float[] logits = new float[(long)batchSize * spec.NumClasses];
        Action[] runs = [.. sessions.Select(session => (Action)(() => session.Score(images, batchSize, logits)))];
        return Times(runs, effort, onSample ?? (() => { }));
    }

    /// <summary>Panels of an image that a layer computes: after the last attention few are read.</summary>
    public int PanelsOf(string layerName) => StepPanels.Of(_spec, LinearOf(layerName));

    /// <summary>Milliseconds of a layer for one batch.</summary>
    /// <param name="layerName">timm's name.</param>
    /// <param name="blocks">Its block grid.</param>
    /// <returns>At 0, 1/8 … 1 of the blocks, block-sparse; and of the dense layer.</returns>
    public (double[] Sparse, double Dense) Milliseconds(string layerName, BlockMask blocks)
    {
        double[] times = Milliseconds(
            layerName,
            [
                .. Enumerable.Range(0, Steps + 1).Select(step => Mask(blocks, step)),
                Dense(blocks.Rows, blocks.Columns),
            ]);
        return (times[..^1], times[^1]);
    }

    /// <summary>Milliseconds of a layer for one batch with each of several masks, timed in turn.</summary>
    /// <param name="layerName">timm's name.</param>
    /// <param name="masks">Over weights of one size; at least one.</param>
    public double[] Milliseconds(string layerName, IReadOnlyList<BlockMask> masks)
    {
        int panels = PanelsOf(layerName);
        var layout = new PanelLayout(LinearOf(layerName).Tokens);
        float[] weight = new float[(long)masks[0].Rows * masks[0].Columns];
        float[] bias = new float[masks[0].Rows];
        var kernel = CpuKernels.Selected.Linear;
        PackedLinear[] linears = [.. masks.Select(mask => kernel.Pack(BlockSparseMatrix.FromDense(weight, mask), bias))];
        try
        {
            using var x = NativeBuffer.OfFloats(_piece * layout.SizeOf(linears[0].PaddedInFeatures));
            using var y = NativeBuffer.OfFloats(_piece * layout.SizeOf(linears[0].PaddedOutFeatures));
            Action[] runs =
            [
                .. linears.Select(linear => (Action)(() => _work.Run(
                    linear, layout, _piece, panels, Epilogue.None, (byte*)x.Floats, residual: null, residualStride: 0, y.Floats))),
            ];
            double[] times = Times(runs, _effort, () => { });
            return [.. times.Select(time => time * _pieces)];
        }
        finally
        {
            Array.ForEach(linears, linear => linear.Dispose());
        }
    }

    /// <summary>The whole weight as one block, as layers are packed that lose nothing.</summary>
    public static BlockMask Dense(int rows, int columns) => new(rows, columns, new BlockShape(rows, columns));

    public void Dispose() => _pool.Dispose();

    private LinearSpec LinearOf(string layerName) => _spec.PrunableLinears.FirstOrDefault(linear => linear.Name == layerName)
        ?? throw new ArgumentException($"'{layerName}' is in no step of the network.", nameof(layerName));

    private static BlockMask Mask(BlockMask blocks, int step)
    {
        var mask = blocks.Clone();
        int[] order = [.. Enumerable.Range(0, mask.TotalBlocks)];
        new Random(1).Shuffle(order);
        foreach (int removed in order.Take(mask.TotalBlocks - (int)((long)mask.TotalBlocks * step / Steps)))
        {
            mask[removed / mask.BlockColumns, removed % mask.BlockColumns] = false;
        }

        return mask;
    }

    private static double[] Times(Action[] actions, ProbeEffort effort, Action onSample)
    {
        int[] repeats = [.. actions.Select(action => RepeatsOf(action, effort, onSample))];
        List<double>[] samples = [.. actions.Select(_ => new List<double>(effort.Rounds))];
        double spent = 0;
        for (int round = 0; round < effort.Rounds || (round < ProbeEffort.MostRounds && spent < effort.Milliseconds); round++)
        {
            for (int i = 0; i < actions.Length; i++)
            {
                onSample();
                double time = Time(actions[i], repeats[i]);
                samples[i].Add(time / repeats[i]);
                spent += time;
            }
        }

        return [.. samples.Select(sample => sample.Order().ElementAt(sample.Count / 4))];
    }

    private static int RepeatsOf(Action action, ProbeEffort effort, Action onSample)
    {
        onSample();
        Time(action, repeats: 2); // jitted, in the caches
        onSample();
        return (int)Math.Clamp(Math.Ceiling(effort.SampleMilliseconds / Time(action, repeats: 1)), 1, 1000);
    }

    private static double Time(Action action, int repeats)
    {
        long start = TimeProvider.System.GetTimestamp();
        for (int i = 0; i < repeats; i++)
        {
            action();
        }

        return Math.Max(TimeProvider.System.GetElapsedTime(start).TotalMilliseconds, 1e-6); // a coarse clock must not say zero
    }
}
