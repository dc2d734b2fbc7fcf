using System.Numerics.Tensors;
using Microsoft.ML.BlockPruning.Formats;
using Microsoft.ML.BlockPruning.Kernels.Cpu;
using Microsoft.ML.BlockPruning.Kernels.Cpu.Layout;
using Microsoft.ML.BlockPruning.Kernels.Cpu.Linear;
using Microsoft.ML.BlockPruning.Kernels.Cpu.Threads;
using Microsoft.ML.BlockPruning.Sparsity;

namespace Microsoft.ML.BlockPruning.Measurement.Energy;

/// <summary>The two kinds of work on the processor.</summary>
internal sealed unsafe class EnergyWorkloads : IEnergyWorkloads
{
    private const int Width = 384; // 576 KB of weights: they stay in a core's cache
    private const int Tokens = 192;
    private const long MemoryFloats = 64L << 20; // 256 MB: far more than any cache keeps
    private readonly int _threads;
    private readonly WorkerPool _pool;
    private readonly LinearWork _work;
    private readonly PanelLayout _layout = new(Tokens);
    private readonly PackedLinear _linear;
    private readonly NativeBuffer _input;
    private readonly NativeBuffer _output;
    private readonly NativeBuffer _memory = NativeBuffer.OfFloats(MemoryFloats);

    /// <summary>Allocates 256 MB and starts the threads.</summary>
    /// <param name="threads">Threads that score.</param>
    public EnergyWorkloads(int threads)
    {
        _threads = threads;
        _pool = new WorkerPool(threads);
        _work = new LinearWork(CpuKernels.Selected.Linear, _pool);
        var weight = BlockSparseMatrix.FromDense(new float[Width * Width], LatencyProbe.Dense(Width, Width));
        _linear = CpuKernels.Selected.Linear.Pack(weight, new float[Width]);
        _input = NativeBuffer.OfFloats(threads * _layout.SizeOf(_linear.PaddedInFeatures));
        _output = NativeBuffer.OfFloats(threads * _layout.SizeOf(_linear.PaddedOutFeatures));
    }

    /// <summary>With as many images as threads.</summary>
    public EnergyWorkload MultiplyAdds => new(
        (double)_threads * Tokens * Width * Width, () => _work.Run(_linear, _layout, _threads, (byte*)_input.Floats, _output.Floats));

    /// <inheritdoc/>
    public EnergyWorkload BytesRead => new(BlockCodecs.Float32.BytesOf(MemoryFloats), () => Parallel.For(
        0, _threads, new ParallelOptions { MaxDegreeOfParallelism = _threads }, ReadPart));

    public void Dispose()
    {
        _pool.Dispose();
        _linear.Dispose();
        _input.Dispose();
        _output.Dispose();
        _memory.Dispose();
    }

    // The sum has to be used, or nothing would be read.
    private void ReadPart(int part)
    {
        long length = MemoryFloats / _threads;
        float sum = TensorPrimitives.Sum(new ReadOnlySpan<float>(_memory.Floats + (part * length), (int)length));
        GC.KeepAlive(sum);
    }
}
