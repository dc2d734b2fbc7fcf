using Microsoft.ML.BlockPruning.Networks;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.BlockPruning.Torch;

/// <summary>One step over the residual stream [images, tokens, features], with weights that can be trained.</summary>
internal abstract class TorchStep(StepSpec spec)
{
    /// <summary>The step's linear layers in forward order; the last one writes into the stream.</summary>
    public IReadOnlyList<Linear> Linears { get; } = [.. spec.Linears.Select(linear => nn.Linear(linear.InFeatures, linear.OutFeatures))];

    /// <summary>Everything of the step that has weights, under canonical names.</summary>
    public IEnumerable<(string Name, nn.Module Module)> Parts =>
        spec.Linears.Zip(Linears, (linear, module) => (linear.Name, (nn.Module)module)).Prepend((spec.Norm.Name, Norm));

    /// <summary>Canonical names of the tensors that stand alone; the holder of the layer has them.</summary>
    public IEnumerable<string> FreeNames => spec.Parts.OfType<FreePart>().Select(part => part.Name);

    private LayerNorm Norm { get; } = nn.LayerNorm(spec.Norm.Features, spec.Norm.Eps);

    /// <summary>What the step's norm reads; belongs to the open dispose scope.</summary>
    /// <param name="stream">Before the step.</param>
    public virtual Tensor Gather(Tensor stream) => stream;

    /// <summary>What one of the linear layers reads; belongs to the open dispose scope.</summary>
    /// <param name="linear">Its position in <see cref="Linears"/>.</param>
    /// <param name="stream">Before the step.</param>
    public abstract Tensor InputOf(int linear, Tensor stream);

    /// <summary>What the step computes, before it is joined with the stream; belongs to the caller's dispose scope.</summary>
    public Tensor Forward(Tensor stream)
    {
        using var scope = NewDisposeScope();
        return Linears[^1].call(InputOf(Linears.Count - 1, stream)).MoveToOuterDisposeScope();
    }

    /// <summary>The stream after the step; belongs to the open dispose scope.</summary>
    /// <param name="stream">Before the step.</param>
    /// <param name="output">What <see cref="Forward"/> gave.</param>
    public abstract Tensor Join(Tensor stream, Tensor output);

    /// <summary>What <see cref="Forward"/> would have to give; belongs to the open dispose scope.</summary>
    /// <param name="wanted">The stream that is wanted after the step.</param>
    /// <param name="stream">Before the step.</param>
    public abstract Tensor OutputFor(Tensor wanted, Tensor stream);

    /// <summary>Moves a stream past the step, in place where its shape stays.</summary>
    /// <returns>The stream itself, or a new one that belongs to the open dispose scope.</returns>
    public abstract Tensor Advance(Tensor stream);

    /// <summary>The same where what the first linear layer gives is at hand; steps with one linear layer have no use for it.</summary>
    /// <param name="stream">Before the step.</param>
    /// <param name="first">What the first of <see cref="Linears"/> gives there.</param>
    public virtual Tensor Advance(Tensor stream, Tensor first) => Advance(stream);

    protected Tensor Normed(Tensor stream) => TorchDevice.Current.Forward(Norm, stream);
}
