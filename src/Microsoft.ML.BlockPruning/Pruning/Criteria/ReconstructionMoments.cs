using Microsoft.ML.BlockPruning.Calibration;
using Microsoft.ML.BlockPruning.Calibration.Observers;
using static TorchSharp.torch;

namespace Microsoft.ML.BlockPruning.Pruning.Criteria;

/// <summary>What <see cref="ReconstructionCriterion"/> sees of a layer: A, and the energy of the gradient at each output.</summary>
internal sealed class ReconstructionMoments(PrunableLayer layer) : ILayerObserver
{
    public InputCovariance Inputs { get; } = new(layer);

    public GradientEnergies Gradients { get; } = new(layer);

    public void Add(Tensor input, Tensor gradient)
    {
        Inputs.Add(input, gradient);
        Gradients.Add(input, gradient);
    }
}
