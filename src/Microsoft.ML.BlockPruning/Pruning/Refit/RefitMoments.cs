using Microsoft.ML.BlockPruning.Calibration;
using Microsoft.ML.BlockPruning.Torch;
using static TorchSharp.torch;

namespace Microsoft.ML.BlockPruning.Pruning.Refit;

/// <summary>
/// The normal equations of one layer's refit, summed over batches: float32 products, float64 sums, one pair per row group.
/// </summary>
/// <remarks>Its tensors belong to the dispose scope that is open when it is created.</remarks>
internal sealed class RefitMoments
{
    private readonly PrunableLayer _layer;
    private readonly IReadOnlyList<float[]> _tokenWeights;
    private readonly double[] _targetEnergies;
    private readonly Tensor[] _inputs;
    private bool _isWhole;
    private int _tokens;

    public RefitMoments(PrunableLayer layer, IReadOnlyList<float[]> tokenWeights)
    {
        _layer = layer;
        _tokenWeights = tokenWeights;
        int width = layer.Weights.InFeatures + 1;
        _inputs = [.. layer.Groups.Select(_ => TorchDevice.Put(zeros(width, width, float64)))];
        Targets = [.. layer.Groups.Select(group => TorchDevice.Put(zeros(group.Rows, width, float64)))];
        _targetEnergies = new double[layer.Groups.Count];
    }

    /// <summary>One per row group, [in + 1, in + 1] float64: Σ e x̃ x̃ᵀ over the pruned network's inputs, x̃ = [x, 1].</summary>
    /// <remarks>One triangle is summed; the first reading fills in the other.</remarks>
    public IReadOnlyList<Tensor> Inputs
    {
        get
        {
            if (!_isWhole)
            {
                Array.ForEach(_inputs, SecondMoments.Mirror);
                _isWhole = true;
            }

            return _inputs;
        }
    }

    /// <summary>One per row group, [rows, in + 1] float64: Σ e y x̃ᵀ with the target y.</summary>
    public IReadOnlyList<Tensor> Targets { get; }

    /// <summary>One per row group: Σ e ‖y‖².</summary>
    public IReadOnlyList<double> TargetEnergies => _targetEnergies;

    /// <summary>Adds what is known as sums already.</summary>
    /// <param name="group">The row group.</param>
    /// <param name="inputs">[in + 1, in + 1] float64: Σ e x̃ x̃ᵀ.</param>
    /// <param name="map">[rows, in + 1] float64: targets are y = map · x̃.</param>
    public void Add(int group, Tensor inputs, Tensor map)
    {
        using var scope = NewDisposeScope();
        var targets = map.mm(inputs);
        _inputs[group].Accumulate(inputs);
        _isWhole = false;
        Targets[group].Accumulate(targets);
        _targetEnergies[group] += TorchDevice.ReadOne<double>(targets.mul(map).sum());
    }

    /// <summary>Adds one batch; batches come in the order of calibration, because token weights are kept by position.</summary>
    /// <param name="input">[images, tokens, in] float32, from the pruned network.</param>
    /// <param name="target">[images, tokens, out] float32.</param>
    public void Add(Tensor input, Tensor target)
    {
        using var scope = NewDisposeScope();
        var x = input.flatten(0, 1).WithBias();
        var y = target.flatten(0, 1);
        int count = (int)x.shape[0];
        _isWhole = false;
        for (int g = 0; g < _inputs.Length; g++)
        {
            var group = _layer.Groups[g];
            var weights = TorchDevice.Put(tensor(_tokenWeights[g].AsSpan(_tokens, count).ToArray())).unsqueeze(1);
            var weighted = x * weights;
            SecondMoments.Accumulate(_inputs[g], x, weighted);
            var rows = y.narrow(1, group.FirstRow, group.Rows);
            Targets[g].Accumulate(rows.t().mm(weighted));
            var lengths = rows.norm(1).to(float64); // no float64 copy of all rows
            _targetEnergies[g] += TorchDevice.ReadOne<double>(lengths.mul(lengths).dot(weights.squeeze(1).to(float64)));
        }

        _tokens += count;
    }
}
