using Microsoft.ML.BlockPruning.Calibration;
using Microsoft.ML.BlockPruning.Networks;
using Microsoft.ML.BlockPruning.Pruning.Work;
using Microsoft.ML.BlockPruning.Sparsity;
using Microsoft.ML.BlockPruning.Torch;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.BlockPruning.Pruning.Refit;

/// <summary>Fits the kept weights of a pruned network to the dense one, layer by layer in forward order, with residual feedback.</summary>
/// <remarks>
/// Each linear layer is fitted on the inputs it will really get, with everything before it pruned and refitted. A step's last one aims at
/// the dense residual stream after the step, where it is added minus the pruned stream before it, so that it takes up the error made so
/// far; the others, such as qkv and fc1, aim at the dense layer's outputs. Tokens weigh by the energy of the loss gradient at the layer's
/// outputs. Both networks' residual streams are kept; all else is computed again batch by batch.
/// </remarks>
internal sealed class WeightRefit : IWeightRefit
{
    private readonly NetworkWeights _dense;
    private readonly CalibrationSet _calibration;
    private readonly IReadOnlyList<PrunableLayer> _layers;
    private readonly IReadOnlyList<IReadOnlyList<float[]>> _tokenWeights;
    private readonly BlockMask[] _masks;
    private readonly int _firstPruned;
    private readonly ILayerReconstruction? _reconstruction;
    private readonly RefitWork _work;
    private readonly IFittedLayers _store;
    private readonly List<FittedLayer> _found = [];
    private readonly Dictionary<string, RefitOutcome> _outcomes = new(StringComparer.Ordinal);
    private readonly List<string> _leftAsFitted = [];

    /// <summary>Creates a refit.</summary>
    /// <param name="task">What to fit to, on what.</param>
    /// <param name="reconstruction">Changes each step once its matrices are fitted, if there are enough images; null: nothing.</param>
    public WeightRefit(RefitTask task, ILayerReconstruction? reconstruction = null)
    {
        _dense = task.Dense;
        _calibration = task.Calibration.ForSteps();
        _layers = task.Layers;
        _reconstruction = reconstruction is { IsPossible: true } ? reconstruction : null;
        _tokenWeights = _reconstruction?.FittingWeights() ?? task.TokenWeights;
        _masks = [.. task.Layers.Select(task.MaskOf)];

        // Up to the first removed block the dense weights are the exact answer; a solve would only round them.
        int first = Array.FindIndex(_masks, mask => mask.KeptBlocks < mask.TotalBlocks);
        _firstPruned = first < 0 ? _masks.Length : first;
        _work = new RefitWork(_dense.Spec, _calibration, _masks, _firstPruned, _reconstruction);
        _store = task.Fitted;
        for (int layer = _work.WholeLayers; layer < _dense.Spec.Layers.Count && _store.Find(layer) is { } found; layer++)
        {
            _found.Add(found);
        }
    }

    /// <inheritdoc/>
    /// <remarks>The passes over the batches, the row strips of the fitted layers, and the optimizer's steps.</remarks>
    public WorkSchedule Work => _work.UpTo(_dense.Spec.Layers.Count);

    /// <inheritdoc/>
    /// <remarks>Those of the layers that an earlier run has fitted, and of the layers before them.</remarks>
    public int StepsDone => _found.Count == 0 ? 0 : _work.UpTo(_work.WholeLayers + _found.Count).Steps;

    /// <inheritdoc/>
    public RefitTrace Trace => new(_outcomes, _leftAsFitted);

    /// <summary>Fits.</summary>
    /// <param name="onStep">Called after each step; it may throw to cancel.</param>
    /// <returns>
    /// A network of its own, zero in removed blocks. Layers of the network before the first removed block keep the dense weights bit for
    /// bit; so do its steps before it, and without a reconstruction its linear layers too.
    /// </returns>
    /// <exception cref="ArithmeticException">A fitted weight is not finite; the message names the layer.</exception>
    public NetworkWeights Run(Action onStep)
    {
        LibTorch.EnsureLoaded();
        using var scope = NewDisposeScope();
        using var off = no_grad();
        using var dense = new TorchNetwork(_dense);
        using var pruned = new TorchNetwork(_dense);
        foreach (var parameter in dense.Module.parameters())
        {
            parameter.requires_grad = false; // a reconstruction differentiates through its head
        }

        using var denseStreams = CalibrationStreams.Before(dense, _calibration);
        int whole = _work.WholeLayers, next = whole + _found.Count;
        foreach (var step in dense.Layers.Take(whole).SelectMany(layer => layer.Steps))
        {
            denseStreams.Advance(step, _found.Count == 0 ? onStep : () => { });
        }

        using var prunedStreams = denseStreams.Clone();
        for (int index = whole; index < next; index++)
        {
            TakeOver(_found[index - whole], pruned.Layers[index]);
            foreach (var (denseStep, step) in dense.Layers[index].Steps.Zip(pruned.Layers[index].Steps))
            {
                denseStreams.Advance(denseStep, () => { });
                prunedStreams.Advance(step, () => { });
            }
        }

        int linear = dense.Layers.Take(next).Sum(layer => layer.Spec.Linears.Count());
        for (int index = next; index < dense.Layers.Count; index++)
        {
            FitLayer(index, linear, dense, pruned.Layers[index], denseStreams, prunedStreams, onStep);
            Keep(index, pruned.Layers[index]);
            linear += dense.Layers[index].Spec.Linears.Count();
        }

        return pruned.ToWeights();
    }

    private void TakeOver(FittedLayer found, TorchLayer layer)
    {
        using var scope = NewDisposeScope();
        foreach (var (name, parameter) in layer.NamedParameters)
        {
            parameter.copy_(TorchDevice.Put(tensor(found.Parameters[name])).reshape(parameter.shape));
        }

        foreach (var (name, outcome) in found.Outcomes)
        {
            _outcomes[name] = outcome;
        }

        if (found.IsLeftAsFitted)
        {
            _leftAsFitted.Add(layer.Spec.Name);
        }
    }

    private void Keep(int index, TorchLayer layer) => _store.Keep(index, () => new FittedLayer(
        layer.NamedParameters.ToDictionary(entry => entry.Name, entry => TorchDevice.Read<float>(entry.Parameter), StringComparer.Ordinal),
        layer.Spec.Linears.Where(linear => _outcomes.ContainsKey(linear.Name))
            .ToDictionary(linear => linear.Name, linear => _outcomes[linear.Name], StringComparer.Ordinal),
        _leftAsFitted.Contains(layer.Spec.Name)));

    private void FitLayer(
        int index, int firstLinear, TorchNetwork dense, TorchLayer pruned, CalibrationStreams denseStreams,
        CalibrationStreams prunedStreams, Action onStep)
    {
        int firstStep = dense.Layers.Take(index).Sum(layer => layer.Steps.Count);
        int linear = firstLinear, trained = 0, helped = 0;
        for (int i = 0; i < pruned.Steps.Count; i++)
        {
            var step = pruned.Steps[i];
            FitStep(linear, dense.Layers[index].Steps[i], step, denseStreams, prunedStreams, onStep);
            linear += step.Linears.Count;
            if (_reconstruction is not null && linear > _firstPruned)
            {
                trained++;
                helped += Reconstruct(firstStep + i, dense, pruned.Only(i), prunedStreams, denseStreams, onStep) ? 1 : 0;
            }

            prunedStreams.Advance(step, onStep);
        }

        if (trained > 0 && helped == 0)
        {
            _leftAsFitted.Add(pruned.Spec.Name);
        }
    }

    private bool Reconstruct(
        int step, TorchNetwork dense, TorchLayer pruned, CalibrationStreams inputs, CalibrationStreams targets, Action onStep)
    {
        using var part = PruneActivity.Start(PrunePart.Reconstruction);
        return _reconstruction!.Run(step, dense, pruned, inputs, targets, onStep);
    }

    // The dense stream goes past the step on the way, since the last target is what it is there.
    private void FitStep(
        int firstLinear, TorchStep dense, TorchStep pruned, CalibrationStreams denseStreams, CalibrationStreams prunedStreams,
        Action onStep)
    {
        int last = pruned.Linears.Count - 1;
        if (firstLinear + last < _firstPruned)
        {
            denseStreams.Advance(dense, () => { });
            return;
        }

        bool isMoved = false;
        if (last > 0 && firstLinear >= _firstPruned)
        {
            isMoved = true;
            using var scope = NewDisposeScope();
            var layer = _layers[firstLinear];
            var map = RefitMoments.IsMapped(layer) ? RefitMoments.MapOf(layer.Weights) : null;
            Fit(firstLinear, map, pruned.Linears[0], onStep, batch =>
            {
                var source = dense.InputOf(0, denseStreams.BatchOf(batch));
                var target = dense.Linears[0].forward(source);
                denseStreams.Advance(batch, stream => dense.Advance(stream, target));
                return (pruned.InputOf(0, prunedStreams.BatchOf(batch)), target, map is null ? null : source);
            });
        }

        Fit(firstLinear + last, null, pruned.Linears[last], onStep, batch =>
        {
            var wanted = isMoved ? denseStreams.BatchOf(batch) : denseStreams.Advance(batch, dense.Advance);
            var stream = prunedStreams.BatchOf(batch);
            return (pruned.InputOf(last, stream), pruned.OutputFor(wanted, stream), null);
        });
    }

    // map: where targets are given by their source, what makes them of it.
    private void Fit(
        int linear, Tensor? map, Linear target, Action onStep, Func<int, (Tensor Input, Tensor Target, Tensor? Source)> batchOf)
    {
        using var scope = NewDisposeScope();
        var moments = new RefitMoments(_layers[linear], _tokenWeights[linear], map);
        for (int batch = 0; batch < _calibration.BatchCount; batch++, onStep())
        {
            using var batchScope = NewDisposeScope();
            var (input, output, source) = Streamed(batchOf, batch);
            using var part = PruneActivity.Start(PrunePart.RefitMoments);
            moments.Add(input, output, source);
            FreedMemory.GiveBack();
        }

        using var solving = PruneActivity.Start(PrunePart.Solve);
        var fitted = new StripSolver(_layers[linear], _masks[linear]).Solve(moments, onStep);
        _outcomes[fitted.Name] = RefitOutcome.Of(_layers[linear], moments, fitted);
        target.weight.copy_(TorchDevice.Put(tensor(fitted.Weight)).reshape(fitted.OutFeatures, fitted.InFeatures));
        target.bias!.copy_(TorchDevice.Put(tensor(fitted.Bias)));
    }

    private static (Tensor Input, Tensor Target, Tensor? Source) Streamed(
        Func<int, (Tensor Input, Tensor Target, Tensor? Source)> batchOf, int batch)
    {
        using var part = PruneActivity.Start(PrunePart.Streams);
        return batchOf(batch);
    }
}
