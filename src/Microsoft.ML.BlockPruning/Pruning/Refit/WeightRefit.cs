using System.Globalization;
using Microsoft.ML.BlockPruning.Calibration;
using Microsoft.ML.BlockPruning.Networks;
using Microsoft.ML.BlockPruning.Sparsity;
using Microsoft.ML.BlockPruning.Torch;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.BlockPruning.Pruning.Refit;

/// <summary>Fits the kept weights of a pruned network to the dense one, layer by layer in forward order, with residual feedback.</summary>
/// <remarks>
/// Each layer is fitted on the inputs it will really get, with everything before it pruned and refitted. qkv and fc1 aim at the dense
/// layer's outputs. proj and fc2 aim at the dense residual stream after the addition minus the pruned one before it, so that they take up
/// the error made so far. Tokens weigh by the energy of the loss gradient at the layer's outputs. Both networks' residual streams are kept,
/// [images, tokens, embedDim] float32 in batches; all else is computed again batch by batch.
/// </remarks>
internal sealed class WeightRefit : IWeightRefit
{
    private const int LinearsPerLayer = 4;
    private readonly NetworkWeights _dense;
    private readonly CalibrationSet _calibration;
    private readonly IReadOnlyList<PrunableLayer> _layers;
    private readonly IReadOnlyList<IReadOnlyList<float[]>> _tokenWeights;
    private readonly BlockMask[] _masks;
    private readonly int _firstPruned;
    private readonly ILayerReconstruction? _reconstruction;
    private readonly Dictionary<string, RefitOutcome> _outcomes = new(StringComparer.Ordinal);
    private readonly List<string> _leftAsFitted = [];

    /// <summary>Creates a refit.</summary>
    /// <param name="task">What to fit to, on what.</param>
    /// <param name="reconstruction">Changes each encoder layer once its matrices are fitted, if it has any steps; null: nothing.</param>
    public WeightRefit(RefitTask task, ILayerReconstruction? reconstruction = null)
    {
        _dense = task.Dense;
        _calibration = task.Calibration;
        _layers = task.Layers;
        _reconstruction = reconstruction is { StepsPerLayer: > 0 } ? reconstruction : null;
        _tokenWeights = _reconstruction?.FittingWeights() ?? task.TokenWeights;
        _masks = [.. task.Layers.Select(task.MaskOf)];

        // Up to the first removed block the dense weights are the exact answer; a solve would only round them.
        int first = Array.FindIndex(_masks, mask => mask.KeptBlocks < mask.TotalBlocks);
        _firstPruned = first < 0 ? _masks.Length : first;
    }

    /// <inheritdoc/>
    /// <remarks>The passes over the batches, the row strips of the fitted layers, and the optimizer's steps.</remarks>
    public int Steps
    {
        get
        {
            int firstBranch = _firstPruned / 2;
            int fitted = _layers.Count - _firstPruned;
            int passes = firstBranch + fitted + ((_layers.Count / 2) - firstBranch);
            int trained = (_layers.Count - _firstPruned + LinearsPerLayer - 1) / LinearsPerLayer;
            return (passes * _calibration.BatchCount) + _masks.Skip(_firstPruned).Sum(mask => mask.BlockRows)
                + (trained * (_reconstruction?.StepsPerLayer ?? 0));
        }
    }

    /// <inheritdoc/>
    public RefitTrace Trace => new(_outcomes, _leftAsFitted);

    /// <summary>Fits.</summary>
    /// <param name="onStep">Called after each step; it may throw to cancel.</param>
    /// <returns>
    /// A network of its own, zero in removed blocks. Encoder layers before the first removed block keep the dense weights bit for bit;
    /// without a reconstruction, so do the linear layers before it.
    /// </returns>
    /// <exception cref="ArithmeticException">A fitted weight is not finite; the message names the layer.</exception>
    public NetworkWeights Run(Action onStep)
    {
        LibTorch.EnsureLoaded();
        using var scope = NewDisposeScope();
        using var off = no_grad();
        using var dense = new TorchNetwork(_dense);
        using var pruned = new TorchNetwork(_dense);
        foreach (var parameter in dense.parameters())
        {
            parameter.requires_grad = false; // a reconstruction differentiates through its head
        }

        var denseStreams = dense.Embed(_calibration);
        for (int layer = 0; layer < _firstPruned / LinearsPerLayer; layer++)
        {
            foreach (var branch in dense.Layers[layer].Branches)
            {
                Advance(branch, denseStreams, onStep);
            }
        }

        Tensor[] prunedStreams = [.. denseStreams.Select(stream => stream.clone())];
        for (int layer = _firstPruned / LinearsPerLayer; layer < dense.Layers.Count; layer++)
        {
            FitLayer(layer, dense, pruned.Layers[layer], denseStreams, prunedStreams, onStep);
        }

        return pruned.ToWeights();
    }

    private void FitLayer(
        int index, TorchNetwork dense, TorchEncoderLayer pruned, Tensor[] denseStreams, Tensor[] prunedStreams, Action onStep)
    {
        using var scope = NewDisposeScope();
        Tensor[] before = _reconstruction is null ? [] : [.. prunedStreams.Select(stream => stream.clone())];
        var (denseBranches, branches) = (dense.Layers[index].Branches, pruned.Branches);
        int first = index * LinearsPerLayer;
        FitBranch(first, denseBranches[0], branches[0], denseStreams, prunedStreams, onStep);
        Advance(branches[0], prunedStreams, onStep);
        FitBranch(first + 2, denseBranches[1], branches[1], denseStreams, prunedStreams, onStep);
        if (_reconstruction?.Run(index, dense, pruned, before, denseStreams, onStep) == true)
        {
            // What the first half gives has changed; the second half follows below in any case.
            foreach (var (stream, start) in prunedStreams.Zip(before))
            {
                stream.copy_(start);
            }

            Advance(branches[0], prunedStreams, () => { });
        }
        else if (_reconstruction is not null)
        {
            _leftAsFitted.Add(string.Create(CultureInfo.InvariantCulture, $"blocks.{index}"));
        }

        Advance(branches[1], prunedStreams, onStep);
    }

    private void FitBranch(
        int first, ResidualBranch dense, ResidualBranch pruned, Tensor[] denseStreams, Tensor[] prunedStreams, Action onStep)
    {
        if (first + 1 < _firstPruned)
        {
            Advance(dense, denseStreams, () => { });
            return;
        }

        if (first >= _firstPruned)
        {
            Fit(first, pruned.First, onStep, batch =>
                (pruned.Normed(prunedStreams[batch]), dense.First.forward(dense.Normed(denseStreams[batch]))));
        }

        // The target needs the dense stream after the branch, so this pass moves it there.
        Fit(first + 1, pruned.Second, onStep, batch =>
        {
            denseStreams[batch].Accumulate(dense.Forward(denseStreams[batch]));
            return (pruned.SecondInput(prunedStreams[batch]), denseStreams[batch] - prunedStreams[batch]);
        });
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
            FreedMemory.GiveBack();
        }

        var fitted = new StripSolver(_layers[layer], _masks[layer]).Solve(moments, onStep);
        _outcomes[fitted.Name] = RefitOutcome.Of(_layers[layer], moments, fitted);
        target.weight.copy_(TorchDevice.Put(tensor(fitted.Weight)).reshape(fitted.OutFeatures, fitted.InFeatures));
        target.bias!.copy_(TorchDevice.Put(tensor(fitted.Bias)));
    }

    private static void Advance(ResidualBranch branch, Tensor[] streams, Action onStep)
    {
        foreach (var stream in streams)
        {
            branch.Advance(stream);
            onStep();
        }
    }
}
