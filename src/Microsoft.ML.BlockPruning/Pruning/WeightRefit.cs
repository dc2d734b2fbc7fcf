using Microsoft.ML.BlockPruning.Network;
using Microsoft.ML.BlockPruning.Sparsity;
using Microsoft.ML.BlockPruning.Training;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.BlockPruning.Pruning;

/// <summary>Fits the kept weights of a pruned network to the dense one, layer by layer in forward order, with residual feedback.</summary>
/// <remarks>
/// Each layer is fitted on the inputs it will really get, with everything before it pruned and refitted. qkv and fc1 aim at the dense
/// layer's outputs. proj and fc2 aim at the dense residual stream after the addition minus the pruned one before it, so that they take up
/// the error made so far. Tokens weigh by the energy of the loss gradient at the layer's outputs. Both networks' residual streams are kept,
/// [images, tokens, embedDim] float32 in batches; all else is computed again batch by batch.
/// </remarks>
internal sealed class WeightRefit
{
    private readonly ViTWeights _dense;
    private readonly CalibrationSet _calibration;
    private readonly IReadOnlyList<PrunableLayer> _layers;
    private readonly IReadOnlyList<IReadOnlyList<float[]>> _tokenWeights;
    private readonly BlockMask[] _masks;
    private readonly int _firstPruned;
    private readonly Dictionary<string, RefitOutcome> _outcomes = new(StringComparer.Ordinal);

    /// <summary>Creates a refit.</summary>
    /// <param name="dense">The dense network; not changed.</param>
    /// <param name="calibration">The images to fit on.</param>
    /// <param name="layers">The prunable layers in forward order.</param>
    /// <param name="tokenWeights">Per layer and row group, [images · tokens].</param>
    /// <param name="plan">The kept blocks; a layer without a mask keeps all of them and is fitted as the others.</param>
    public WeightRefit(
        ViTWeights dense,
        CalibrationSet calibration,
        IReadOnlyList<PrunableLayer> layers,
        IReadOnlyList<IReadOnlyList<float[]>> tokenWeights,
        SparsityPlan plan)
    {
        _dense = dense;
        _calibration = calibration;
        _layers = layers;
        _tokenWeights = tokenWeights;
        _masks = [.. layers.Select(layer => plan[layer.Name] ?? layer.Blocks)];

        // Up to the first removed block the dense weights are the exact answer; a solve would only round them.
        int first = Array.FindIndex(_masks, mask => mask.KeptBlocks < mask.TotalBlocks);
        _firstPruned = first < 0 ? _masks.Length : first;
    }

    /// <summary>Steps that <see cref="Run"/> reports: the passes over the batches, and the row strips of the fitted layers.</summary>
    public int Steps
    {
        get
        {
            int firstBranch = _firstPruned / 2;
            int fitted = _layers.Count - _firstPruned;
            int passes = firstBranch + fitted + ((_layers.Count / 2) - firstBranch);
            return (passes * _calibration.BatchCount) + _masks.Skip(_firstPruned).Sum(mask => mask.BlockRows);
        }
    }

    /// <summary>How each fitted layer came out, by name, after <see cref="Run"/>.</summary>
    public IReadOnlyDictionary<string, RefitOutcome> Outcomes => _outcomes;

    /// <summary>Fits.</summary>
    /// <param name="onStep">Called after each step; it may throw to cancel.</param>
    /// <returns>
    /// A network of its own, zero in removed blocks. Layers before the first removed block keep the dense weights bit for bit.
    /// </returns>
    /// <exception cref="ArithmeticException">A fitted weight is not finite; the message names the layer.</exception>
    public ViTWeights Run(Action onStep)
    {
        LibTorch.EnsureLoaded();
        using var scope = NewDisposeScope();
        using var off = no_grad();
        using var dense = new TorchViT(_dense);
        using var pruned = new TorchViT(_dense);
        var denseBranches = dense.Layers.SelectMany(layer => layer.Branches).ToArray();
        var prunedBranches = pruned.Layers.SelectMany(layer => layer.Branches).ToArray();
        var denseStreams = EmbedAll(dense);
        for (int b = 0; b < _firstPruned / 2; b++)
        {
            Advance(denseBranches[b], denseStreams, onStep);
        }

        Tensor[] prunedStreams = [.. denseStreams.Select(stream => stream.clone())];
        for (int b = _firstPruned / 2; b < denseBranches.Length; b++)
        {
            FitBranch(b, denseBranches[b], prunedBranches[b], denseStreams, prunedStreams, onStep);
        }

        return pruned.ToWeights();
    }

    private Tensor[] EmbedAll(TorchViT network)
    {
        var streams = new Tensor[_calibration.BatchCount];
        for (int batch = 0; batch < streams.Length; batch++)
        {
            using var scope = NewDisposeScope();
            streams[batch] = network.Embed(_calibration.ImagesOf(batch)).MoveToOuterDisposeScope();
        }

        return streams;
    }

    private void FitBranch(
        int index, ResidualBranch dense, ResidualBranch pruned, Tensor[] denseStreams, Tensor[] prunedStreams, Action onStep)
    {
        if (2 * index >= _firstPruned)
        {
            Fit(2 * index, pruned.First, onStep, batch =>
                (pruned.Norm.forward(prunedStreams[batch]), dense.First.forward(dense.Norm.forward(denseStreams[batch]))));
        }

        // The target needs the dense stream after the branch, so this pass moves it there.
        Fit((2 * index) + 1, pruned.Second, onStep, batch =>
        {
            denseStreams[batch].Accumulate(dense.Second.forward(SecondInput(dense, denseStreams[batch])));
            return (SecondInput(pruned, prunedStreams[batch]), denseStreams[batch] - prunedStreams[batch]);
        });
        Advance(pruned, prunedStreams, onStep);
    }

    private void Fit(int layer, Linear target, Action onStep, Func<int, (Tensor Input, Tensor Target)> batchOf)
    {
        using var scope = NewDisposeScope();
        var moments = new RefitMoments(_layers[layer], _tokenWeights[layer]);
        for (int batch = 0; batch < _calibration.BatchCount; batch++, onStep())
        {
            using var batchScope = NewDisposeScope();
            var (input, output) = batchOf(batch);
            moments.Add(input, output);
        }

        var fitted = new StripSolver(_layers[layer], _masks[layer]).Solve(moments, onStep);
        _outcomes[fitted.Name] = RefitOutcome.Of(_layers[layer], moments, fitted);
        target.weight.copy_(tensor(fitted.Weight).reshape(fitted.OutFeatures, fitted.InFeatures));
        target.bias!.copy_(tensor(fitted.Bias));
    }

    private static void Advance(ResidualBranch branch, Tensor[] streams, Action onStep)
    {
        foreach (var stream in streams)
        {
            using var scope = NewDisposeScope();
            stream.Accumulate(branch.Second.forward(SecondInput(branch, stream)));
            onStep();
        }
    }

    private static Tensor SecondInput(ResidualBranch branch, Tensor stream) =>
        branch.Middle(branch.First.forward(branch.Norm.forward(stream)));
}
