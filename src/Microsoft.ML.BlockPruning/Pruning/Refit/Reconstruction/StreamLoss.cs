using Microsoft.ML.BlockPruning.Calibration;
using Microsoft.ML.BlockPruning.Torch;
using static TorchSharp.torch;

namespace Microsoft.ML.BlockPruning.Pruning.Refit.Reconstruction;

/// <summary>mean ½ (1 + e_t) (s − t)² / var t over tokens and features of the residual streams s, pruned, and t, dense.</summary>
/// <remarks>
/// e_t: the energy of the loss gradient at the token, mean one. Half of the weight stays on all tokens alike: by e_t alone, tokens that
/// matter only through layers to come would be let go.
/// </remarks>
internal sealed class StreamLoss : IReconstructionLoss
{
    // A constant has no scale.
    private const double LeastVariance = 1e-12;

    private readonly CalibrationStreams _targets;
    private readonly Tensor _weights;

    /// <summary>Its tensors belong to the open dispose scope.</summary>
    /// <param name="targets">The dense network's streams after the step; the caller's.</param>
    /// <param name="energies">[images · tokens], mean one.</param>
    public StreamLoss(CalibrationStreams targets, Tensor energies)
    {
        using var scope = NewDisposeScope();
        _targets = targets;
        var both = energies.reshape(targets.Shape[0], targets.Shape[1], 1).Plus(TorchDevice.Put(ones([])));
        _weights = both.Times(0.5 / Math.Max(VarianceOf(targets), LeastVariance)).MoveToOuterDisposeScope();
    }

    public Tensor Of(Tensor output, long[] images)
    {
        using var scope = NewDisposeScope();
        var error = output.sub(_targets.Select(images));
        return error.mul(error).mul(_weights.index_select(0, TorchDevice.Put(tensor(images)))).mean().MoveToOuterDisposeScope();
    }

    // Mean squared deviation from the mean, over all elements.
    private static double VarianceOf(CalibrationStreams streams)
    {
        double count = streams.Shape.Aggregate(1.0, (product, side) => product * side);
        double mean = Sum(batch => batch) / count;
        using var shift = TorchDevice.Put(tensor((float)mean));
        return Sum(batch =>
        {
            var deviation = batch.sub(shift);
            return deviation.mul(deviation);
        }) / count;

        double Sum(Func<Tensor, Tensor> of)
        {
            double sum = 0;
            for (int batch = 0; batch < streams.BatchCount; batch++)
            {
                using var scope = NewDisposeScope();
                sum += TorchDevice.ReadOne<float>(of(streams.BatchOf(batch)).sum());
            }

            return sum;
        }
    }
}
