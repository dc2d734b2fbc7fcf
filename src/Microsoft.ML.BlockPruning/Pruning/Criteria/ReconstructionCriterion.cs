using Microsoft.ML.BlockPruning.Calibration;
using Microsoft.ML.BlockPruning.Calibration.Observers;
using Microsoft.ML.BlockPruning.Torch;
using static TorchSharp.torch;

namespace Microsoft.ML.BlockPruning.Pruning.Criteria;

/// <summary>
/// ½ σ_R tr(W_B [(A⁻¹)_CC]⁻¹ W_Bᵀ): the outputs' error once the other weights of the block's rows have made up for it, A = E[x̃ x̃ᵀ] with
/// the bias, damped (block OBS with Hessian σ_R A: OBC, Frantar &amp; Alistarh, NeurIPS 2022).
/// </summary>
/// <remarks>
/// σ_R = tr(S_RR) / rows, S = Σ d dᵀ / images, puts layers on one scale. Cost: (in + 1)² multiply-adds per token, in³ / 3
/// once, in · width² per block column; memory 8 (in + 1)² bytes.
/// </remarks>
internal sealed class ReconstructionCriterion : WeightwiseCriterion<ReconstructionMoments>
{
    protected override ReconstructionMoments Observe(PrunableLayer layer, CalibrationSet calibration) => new(layer);

    protected override Tensor Terms(PrunableLayer layer, Tensor weight, ReconstructionMoments observed)
    {
        using var scope = NewDisposeScope();
        var inverse = DampedInverse.Of(observed.Inputs.Mean(), layer.Weights.InFeatures);
        var unexplained = DampedInverse.TimesSchurComplements(weight, inverse, layer.Blocks.Shape.Width);
        return StripMeans(layer, observed.Gradients.Mean()).unsqueeze(1).mul(weight).mul(unexplained).Times(0.5).MoveToOuterDisposeScope();
    }

    // [out] → [out]: each row gets the mean of its strip.
    private static Tensor StripMeans(PrunableLayer layer, Tensor energies)
    {
        long[] heights = [.. Enumerable.Range(0, layer.Blocks.BlockRows).Select(strip => (long)layer.Blocks.HeightOf(strip))];
        var parts = energies.split(heights).Select((part, strip) => part.mean().expand(heights[strip]));
        return cat([.. parts]);
    }
}

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
