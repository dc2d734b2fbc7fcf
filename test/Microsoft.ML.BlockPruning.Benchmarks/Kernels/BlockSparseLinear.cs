using Microsoft.ML.BlockPruning.Kernels.Cpu;
using Microsoft.ML.BlockPruning.Kernels.Cpu.Layout;
using Microsoft.ML.BlockPruning.Kernels.Cpu.Linear;
using Microsoft.ML.BlockPruning.Kernels.Cpu.Threads;
using Microsoft.ML.BlockPruning.Sparsity;

namespace Microsoft.ML.BlockPruning.Benchmarks.Kernels;

/// <summary>Our product: activations lie in panels, as everywhere between the network's first and last layer.</summary>
internal sealed unsafe class BlockSparseLinear : IMeasuredLinear
{
    private readonly PackedLinear _linear;
    private readonly LinearWork _work;
    private readonly PanelLayout _layout = new(LayerShape.Tokens);
    private readonly int _batch;
    private readonly int _outFeatures;
    private readonly Epilogue _epilogue;
    private readonly NativeBuffer _x;
    private readonly NativeBuffer _y;

    public BlockSparseLinear(LinearProblem problem, BlockMask mask, WorkerPool pool, Epilogue epilogue = Epilogue.None)
    {
        _epilogue = epilogue;
        _batch = problem.Batch;
        _outFeatures = problem.OutFeatures;
        _linear = CpuKernels.Selected.Linear.Pack(BlockSparseMatrix.FromDense(problem.Weight, mask), problem.Bias);
        _work = new LinearWork(CpuKernels.Selected.Linear, pool);
        _x = NativeBuffer.OfFloats(_batch * _layout.SizeOf(_linear.PaddedInFeatures));
        _y = NativeBuffer.OfFloats(_batch * _layout.SizeOf(_linear.PaddedOutFeatures));
        int size = (int)_layout.SizeOf(_linear.PaddedInFeatures);
        int rows = LayerShape.Tokens * problem.InFeatures;
        for (int image = 0; image < _batch; image++)
        {
            _layout.Pack(problem.X.AsSpan(image * rows, rows), problem.InFeatures, new Span<float>(_x.Floats + ((long)image * size), size));
        }
    }

    public void Run() => _work.Run(
        _linear, _layout, _batch, _layout.Panels, _epilogue, (byte*)_x.Floats, residual: null, residualStride: 0, _y.Floats);

    public float[] Result()
    {
        int size = (int)_layout.SizeOf(_linear.PaddedOutFeatures);
        int rows = LayerShape.Tokens * _outFeatures;
        float[] y = new float[_batch * rows];
        for (int image = 0; image < _batch; image++)
        {
            _layout.Unpack(new Span<float>(_y.Floats + ((long)image * size), size), _outFeatures, y.AsSpan(image * rows, rows));
        }

        return y;
    }

    public void Dispose()
    {
        _linear.Dispose();
        _x.Dispose();
        _y.Dispose();
    }
}
