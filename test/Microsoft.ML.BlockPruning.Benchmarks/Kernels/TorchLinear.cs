using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.BlockPruning.Benchmarks.Kernels;

/// <summary>libtorch's fp32 product.</summary>
internal sealed class TorchLinear : IMeasuredLinear
{
    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly Tensor _x;
    private readonly Tensor _weight;
    private readonly Tensor _bias;

    public TorchLinear(LinearProblem problem)
    {
        _x = tensor(problem.X).reshape(problem.Rows, problem.InFeatures).DetachFromDisposeScope();
        _weight = tensor(problem.Weight).reshape(problem.OutFeatures, problem.InFeatures).DetachFromDisposeScope();
        _bias = tensor(problem.Bias).DetachFromDisposeScope();
        _scope.Dispose();
    }

    public void Run()
    {
        using var off = no_grad();
        nn.functional.linear(_x, _weight, _bias).Dispose();
    }

    public float[] Result()
    {
        using var scope = NewDisposeScope();
        return nn.functional.linear(_x, _weight, _bias).data<float>().ToArray();
    }

    public void Dispose()
    {
        _x.Dispose();
        _weight.Dispose();
        _bias.Dispose();
    }
}
