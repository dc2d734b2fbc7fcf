using System.Diagnostics;
using Microsoft.ML.BlockPruning.Networks;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.BlockPruning.Torch;

/// <summary>The steps of one layer, such as the attention and the MLP of an encoder layer.</summary>
internal sealed class TorchLayer
{
    private readonly nn.Module _holder;

    /// <summary>Makes the modules.</summary>
    /// <param name="spec">The steps.</param>
    /// <param name="holder">Holds tensors that stand alone, under canonical names.</param>
    public TorchLayer(LayerSpec spec, nn.Module holder)
        : this(spec, holder, [.. spec.Steps.Select(step => StepOf(step, holder))])
    {
    }

    private TorchLayer(LayerSpec spec, nn.Module holder, IReadOnlyList<TorchStep> steps)
    {
        Spec = spec;
        _holder = holder;
        Steps = steps;
    }

    public LayerSpec Spec { get; }

    /// <summary>In forward order.</summary>
    public IReadOnlyList<TorchStep> Steps { get; }

    /// <summary>Everything of the layer that has weights, but for what stands alone, under canonical names.</summary>
    public IEnumerable<(string Name, nn.Module Module)> Parts => Steps.SelectMany(step => step.Parts);

    /// <summary>Under canonical names, in forward order.</summary>
    public IEnumerable<(string Name, Parameter Parameter)> NamedParameters =>
        Steps.SelectMany(step => step.FreeNames).Select(Held).Concat(Parts.SelectMany(part => Below(part.Name, part.Module)));

    public IEnumerable<Parameter> Parameters => NamedParameters.Select(entry => entry.Parameter);

    /// <summary>The residual stream after the layer; belongs to the caller's dispose scope.</summary>
    public Tensor Forward(Tensor stream)
    {
        using var scope = NewDisposeScope();
        foreach (var step in Steps)
        {
            stream = step.Join(stream, step.Forward(stream));
        }

        return stream.MoveToOuterDisposeScope();
    }

    /// <summary>One of the steps as a layer of its own: the same weights.</summary>
    public TorchLayer Only(int step) => new(Spec with { Steps = [Spec.Steps[step]] }, _holder, [Steps[step]]);

    // Of its own, that no closure has a field for the pair: such a type could not be looked at without TorchSharp's file.
    private static IEnumerable<(string Name, Parameter Parameter)> Below(string name, nn.Module module) =>
        module.named_parameters().Select(entry => ($"{name}.{entry.name}", entry.parameter));

    private (string Name, Parameter Parameter) Held(string name) => (name, _holder.get_parameter(name)!);

    private static TorchStep StepOf(StepSpec spec, nn.Module holder) => spec switch
    {
        BranchSpec branch => new ResidualBranch(branch, holder),
        MergeSpec merge => new NeighbourMerge(merge),
        _ => throw new UnreachableException(), // no network has other ones
    };
}
