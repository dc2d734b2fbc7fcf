using Microsoft.ML.BlockPruning.Calibration;
using Microsoft.ML.BlockPruning.Calibration.Observers;
using static TorchSharp.torch;

namespace Microsoft.ML.BlockPruning.Pruning.Criteria;

/// <summary>What <see cref="KfacObsCriterion"/> sees of a layer: both Kronecker factors of its Fisher matrix.</summary>
internal sealed class KroneckerFactors(PrunableLayer layer) : ILayerObserver
{
    public InputCovariance Inputs { get; } = new(layer);

    public GradientCovariance Gradients { get; } = new(layer);

    public void Add(Tensor input, Tensor gradient)
    {
        Inputs.Add(input, gradient);
        Gradients.Add(input, gradient);
    }
}
