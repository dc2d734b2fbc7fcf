using Microsoft.ML.BlockPruning.Benchmarks.Onnx;
using Microsoft.ML.OnnxRuntime;

namespace Microsoft.ML.BlockPruning.Benchmarks.Kernels;

/// <summary>ONNX Runtime's fp32 product, input and output bound to fixed memory.</summary>
internal sealed class OnnxRuntimeLinear : IMeasuredLinear
{
    private readonly InferenceSession _session;
    private readonly RunOptions _options = new();
    private readonly OrtValue[] _input;
    private readonly OrtValue[] _output;
    private readonly float[] _y;

    public OnnxRuntimeLinear(LinearProblem problem, int threads)
    {
        using var settings = new SessionOptions
        {
            IntraOpNumThreads = threads,
            InterOpNumThreads = 1,
            GraphOptimizationLevel = GraphOptimizationLevel.ORT_ENABLE_ALL,
        };
        _session = new InferenceSession(OnnxGemm.Create(problem.Weight, problem.Bias, problem.Rows), settings);
        _y = new float[problem.Rows * problem.OutFeatures];
        _input = [OrtValue.CreateTensorValueFromMemory(problem.X, [problem.Rows, problem.InFeatures])];
        _output = [OrtValue.CreateTensorValueFromMemory(_y, [problem.Rows, problem.OutFeatures])];
    }

    public void Run() => _session.Run(_options, [OnnxGemm.Input], _input, [OnnxGemm.Output], _output);

    public float[] Result() => _y;

    public void Dispose()
    {
        _input[0].Dispose();
        _output[0].Dispose();
        _options.Dispose();
        _session.Dispose();
    }
}
