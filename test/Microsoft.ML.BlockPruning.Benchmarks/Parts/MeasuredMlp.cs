using Microsoft.ML.BlockPruning.Benchmarks.Kernels;
using Microsoft.ML.BlockPruning.Kernels.Cpu;
using Microsoft.ML.BlockPruning.Kernels.Cpu.Layout;
using Microsoft.ML.BlockPruning.Kernels.Cpu.Linear;
using Microsoft.ML.BlockPruning.Kernels.Cpu.Threads;
using Microsoft.ML.BlockPruning.Models;

namespace Microsoft.ML.BlockPruning.Benchmarks.Parts;

/// <summary>fc1, GELU, fc2 and the sum with the residual stream over the tokens of one image.</summary>
internal sealed unsafe class MeasuredMlp : IDisposable
{
    private readonly PanelLayout _layout = new(LayerShape.Tokens);
    private readonly LinearWork _work;
    private readonly PackedLinear _first;
    private readonly PackedLinear _second;
    private readonly NativeBuffer _x;
    private readonly NativeBuffer _hidden;
    private readonly NativeBuffer _stream;

    public MeasuredMlp((SparseLinear First, SparseLinear Second) mlp, WorkerPool pool)
    {
        var kernel = CpuKernels.Selected.Linear;
        _work = new LinearWork(kernel, pool);
        _first = kernel.Pack(mlp.First.Weight, mlp.First.Bias);
        _second = kernel.Pack(mlp.Second.Weight, mlp.Second.Bias);
        _x = NativeBuffer.OfFloats(_layout.SizeOf(_first.PaddedInFeatures));
        _hidden = NativeBuffer.OfFloats(_layout.SizeOf(_first.PaddedOutFeatures));
        _stream = NativeBuffer.OfFloats(_layout.SizeOf(_second.PaddedOutFeatures));
        new Span<float>(_x.Floats, (int)_layout.SizeOf(_first.PaddedInFeatures)).Fill(0.5f);
    }

    public void Run()
    {
        _work.Run(_first, _layout, images: 1, _layout.Panels, Epilogue.Gelu, (byte*)_x.Floats, null, 0, _hidden.Floats);
        _work.Run(
            _second, _layout, images: 1, _layout.Panels, Epilogue.AddResidual, (byte*)_hidden.Floats,
            _stream.Floats, 0, _stream.Floats);
    }

    public void Dispose()
    {
        _first.Dispose();
        _second.Dispose();
        _x.Dispose();
        _hidden.Dispose();
        _stream.Dispose();
    }
}
