using Microsoft.ML.BlockPruning.Calibration;
using Microsoft.ML.BlockPruning.Networks;
using Microsoft.ML.BlockPruning.Torch;
using static TorchSharp.torch;

namespace Microsoft.ML.BlockPruning.Pruning.Refit;

/// <summary>How well the refit of one layer came out, on the calibration images.</summary>
/// <param name="Distortion">
/// Σ e ‖y − W x̃‖² / Σ e ‖y − ȳ‖², the share of the target that is left; ȳ: weighted mean. Null where the target does not vary.
/// </param>
/// <param name="DeadInputs">Input features that are zero throughout: their weights are free.</param>
internal readonly record struct RefitOutcome(double? Distortion, int DeadInputs)
{
    // The moments are float32 products: below these shares of what they were summed from, variance and energy are rounding.
    private const double LeastVariance = 1e-6;
    private const double LeastEnergy = 1e-12;

    /// <summary>Computes it from the moments alone, no pass over the images: rows · in² multiply-adds in float64.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="moments">What it was fitted to.</param>
    /// <param name="fitted">Its weights.</param>
    public static RefitOutcome Of(PrunableLayer layer, RefitMoments moments, LinearWeights fitted)
    {
        using var scope = NewDisposeScope();
        int bias = fitted.InFeatures;
        var weights = RefitMoments.MapOf(fitted);
        double energy = 0, variance = 0, error = 0;
        bool[] isLive = new bool[bias];
        for (int g = 0; g < layer.Groups.Count; g++)
        {
            var group = layer.Groups[g];
            var (inputs, targets) = (moments.Inputs[g], moments.Targets[g]);
            var rows = weights.narrow(0, group.FirstRow, group.Rows);
            var sums = targets.select(1, bias); // x̃ ends in 1
            double y2 = moments.TargetEnergies[g];
            energy += y2;
            variance += y2 - (TorchDevice.ReadOne<double>(sums.dot(sums)) / TorchDevice.ReadOne<double>(inputs[bias, bias]));
            error += y2 - (2 * TorchDevice.ReadOne<double>(rows.mul(targets).sum()))
                + TorchDevice.ReadOne<double>(rows.mm(inputs).mul(rows).sum());
            double[] energies = TorchDevice.Read<double>(inputs.diagonal().narrow(0, 0, bias));
            double least = LeastEnergy * energies.Max();
            for (int i = 0; i < bias; i++)
            {
                isLive[i] |= energies[i] > least;
            }
        }

        return new RefitOutcome(
            variance > LeastVariance * energy ? Math.Max(0, error) / variance : null, isLive.Count(live => !live));
    }
}
