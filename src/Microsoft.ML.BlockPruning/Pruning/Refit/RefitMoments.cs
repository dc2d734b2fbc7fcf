using System.Diagnostics;
using Microsoft.ML.BlockPruning.Calibration;
using Microsoft.ML.BlockPruning.Networks;
using Microsoft.ML.BlockPruning.Torch;
using static TorchSharp.torch;

namespace Microsoft.ML.BlockPruning.Pruning.Refit;

/// <summary>
/// The normal equations of one layer's refit, summed over batches: float32 products, float64 sums, one pair per row group.
/// </summary>
/// <remarks>
/// Its tensors belong to the dispose scope that is open when it is created. Where targets are a map of what is no wider than the inputs,
/// y = M [s, 1], as those of an MLP's first layer are, four times as wide, Σ e s̃ x̃ᵀ is summed, and M comes in once, at the end.
/// </remarks>
internal sealed class RefitMoments
{
    private readonly PrunableLayer _layer;
    private readonly IReadOnlyList<float[]> _tokenWeights;
    private readonly double[] _targetEnergies;
    private readonly Tensor[] _inputs;
    private readonly Tensor[] _targets;
    private readonly Tensor? _map;
    private readonly Tensor[] _sources; // one per row group where there is a map
    private bool _isWhole;
    private int _tokens;

    /// <param name="layer">The layer; not changed.</param>
    /// <param name="tokenWeights">One per row group, e of every token of the calibration images.</param>
    /// <param name="map">M, [rows of the layer, in + 1] float64, where targets are given by what it maps; else null.</param>
    public RefitMoments(PrunableLayer layer, IReadOnlyList<float[]> tokenWeights, Tensor? map = null)
    {
        _layer = layer;
        _tokenWeights = tokenWeights;
        _map = map;
        int width = layer.Weights.InFeatures + 1;
        _inputs = [.. layer.Groups.Select(_ => TorchDevice.Put(zeros(width, width, float64)))];
        _targets = [.. layer.Groups.Select(group => TorchDevice.Put(zeros(group.Rows, width, float64)))];
        _sources = map is null ? [] : [.. layer.Groups.Select(_ => TorchDevice.Put(zeros(width, width, float64)))];
        _targetEnergies = new double[layer.Groups.Count];
    }

    /// <summary>[W, b], [out, in + 1] float64: what makes outputs of x̃. It belongs to the open dispose scope.</summary>
    public static Tensor MapOf(LinearWeights layer) => cat(
        [
            TorchDevice.Put(tensor(layer.Weight, float64)).reshape(layer.OutFeatures, layer.InFeatures),
            TorchDevice.Put(tensor(layer.Bias, float64)).unsqueeze(1),
        ],
        1);

    /// <summary>Whether sums over a layer's inputs are smaller than those over its outputs, so that a map saves work.</summary>
    public static bool IsMapped(PrunableLayer layer) => layer.Groups.All(group => group.Rows > layer.Weights.InFeatures + 1);

    /// <summary>One per row group, [in + 1, in + 1] float64: Σ e x̃ x̃ᵀ over the pruned network's inputs, x̃ = [x, 1].</summary>
    /// <remarks>One triangle is summed; the first reading fills in the other.</remarks>
    public IReadOnlyList<Tensor> Inputs
    {
        get
        {
            Finish();
            return _inputs;
        }
    }

    /// <summary>One per row group, [rows, in + 1] float64: Σ e y x̃ᵀ with the target y.</summary>
    public IReadOnlyList<Tensor> Targets
    {
        get
        {
            Finish();
            return _targets;
        }
    }

    /// <summary>One per row group: Σ e ‖y‖².</summary>
    public IReadOnlyList<double> TargetEnergies => _targetEnergies;

    /// <summary>Adds what is known as sums already.</summary>
    /// <param name="group">The row group.</param>
    /// <param name="inputs">[in + 1, in + 1] float64: Σ e x̃ x̃ᵀ.</param>
    /// <param name="map">[rows, in + 1] float64: targets are y = map · x̃.</param>
    public void Add(int group, Tensor inputs, Tensor map)
    {
        Debug.Assert(_map is null, "Targets of a map come from its sources.");
        using var scope = NewDisposeScope();
        var targets = map.mm(inputs);
        _inputs[group].Accumulate(inputs);
        _isWhole = false;
        _targets[group].Accumulate(targets);
        _targetEnergies[group] += TorchDevice.ReadOne<double>(targets.mul(map).sum());
    }

    /// <summary>Adds one batch; batches come in the order of calibration, because token weights are kept by position.</summary>
    /// <param name="input">[images, tokens, in] float32, from the pruned network.</param>
    /// <param name="target">[images, tokens, out] float32.</param>
    /// <param name="source">[images, tokens, in] float32, where there is a map: what it makes the target of.</param>
    public void Add(Tensor input, Tensor target, Tensor? source = null)
    {
        Debug.Assert(source is null == _map is null, "A map needs the sources of its targets, and only a map does.");
        using var scope = NewDisposeScope();
        var x = input.flatten(0, 1).WithBias();
        var y = target.flatten(0, 1);
        var s = source?.flatten(0, 1).WithBias();
        int count = (int)x.shape[0];
        _isWhole = false;
        for (int g = 0; g < _inputs.Length; g++)
        {
            var group = _layer.Groups[g];
            var weights = TorchDevice.Put(tensor(_tokenWeights[g].AsSpan(_tokens, count).ToArray())).unsqueeze(1);
            var weighted = x * weights;
            SecondMoments.Accumulate(_inputs[g], x, weighted);
            var rows = y.narrow(1, group.FirstRow, group.Rows);
            (s is null ? _targets : _sources)[g].Accumulate((s ?? rows).t().mm(weighted));
            var lengths = rows.norm(1).to(float64); // no float64 copy of all rows
            _targetEnergies[g] += TorchDevice.ReadOne<double>(lengths.mul(lengths).dot(weights.squeeze(1).to(float64)));
        }

        _tokens += count;
    }

    private void Finish()
    {
        if (_isWhole)
        {
            return;
        }

        using var scope = NewDisposeScope();
        Array.ForEach(_inputs, SecondMoments.Mirror);
        for (int g = 0; g < _sources.Length; g++)
        {
            _targets[g].copy_(_map!.narrow(0, _layer.Groups[g].FirstRow, _layer.Groups[g].Rows).mm(_sources[g]));
        }

        foreach (var sum in _inputs.Concat(_targets))
        {
            SecondMoments.CheckFinite(sum, _layer.Name);
        }

        _isWhole = true;
    }
}
