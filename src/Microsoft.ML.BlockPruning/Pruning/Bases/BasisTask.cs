using Microsoft.ML.BlockPruning.Calibration;
using Microsoft.ML.BlockPruning.Networks;
using Microsoft.ML.BlockPruning.Sparsity;

namespace Microsoft.ML.BlockPruning.Pruning.Bases;

/// <summary>What changes of basis go by.</summary>
/// <param name="Layers">The prunable layers, for the sizes of their blocks and what is gone from them already.</param>
/// <param name="Moments">What passes through the network's steps, in forward order; a change that turns inputs turns theirs.</param>
/// <param name="Final">Second moment of what the heads read, normed, [features, features].</param>
internal sealed record BasisTask(
    IReadOnlyDictionary<string, PrunableLayer> Layers, IList<StepMoments> Moments, TorchSharp.torch.Tensor Final)
{
    private readonly List<string> _left = [];

    /// <summary>What was left as it is, and why.</summary>
    public IReadOnlyList<string> Left => _left;

    /// <summary>Notes what is left as it is.</summary>
    public void Leave(string what, string why) => _left.Add($"{what}: {why}");

    /// <summary>The blocks of a layer.</summary>
    public BlockShape BlockOf(LinearSpec linear) => Layers[linear.Name].Blocks.Shape;

    /// <summary>Whether the file has blocks of zeros in one of the layers: a change of basis would fill them.</summary>
    public bool HasZeroBlocks(params IEnumerable<LinearSpec> linears) => linears.Any(linear => Layers[linear.Name] is var layer
        && layer.NonzeroBlocks().KeptBlocks < layer.Blocks.KeptBlocks);
}
