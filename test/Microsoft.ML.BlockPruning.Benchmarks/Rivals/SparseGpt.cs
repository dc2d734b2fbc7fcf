using Microsoft.ML.BlockPruning.Calibration;
using Microsoft.ML.BlockPruning.Networks;
using Microsoft.ML.BlockPruning.Pruning.Criteria;
using Microsoft.ML.BlockPruning.Torch;
using static TorchSharp.torch;

namespace Microsoft.ML.BlockPruning.Benchmarks.Rivals;

/// <summary>
/// SparseGPT's 2:4 (Frantar &amp; Alistarh, ICML 2023): 2 of every 4 consecutive inputs of each row of each prunable layer go, and OBS
/// updates the rest, on the inputs that the network pruned so far gives; biases stay.
/// </summary>
/// <remarks>
/// H = E[x xᵀ] with 1 % of its mean diagonal added, the paper's damping. Half of the prunable weights stay, whatever is asked.
/// </remarks>
internal sealed class SparseGpt : IRival
{
    private const int Digits = 5; // those of the table, so that a budget of it can be given to the others

    public string Grain => "2:4";

    public double? KeepOf(NetworkSpec spec, double asked) => Math.Round(KeptBy(spec), Digits);

    public RivalNetwork Prune(NetworkWeights dense, CalibrationSet calibration, double keep)
    {
        if (dense.Spec.PrunableLinears.FirstOrDefault(linear => linear.InFeatures % 4 != 0) is { } odd)
        {
            throw new NotSupportedException($"2:4 needs inputs in fours; '{odd.Name}' has {odd.InFeatures}.");
        }

        var weights = ForwardWalk.Run(dense, calibration, (_, step, streams) =>
        {
            for (int i = 0; i < step.Linears.Count; i++)
            {
                Prune(step, i, streams);
            }
        });
        return new RivalNetwork(weights, KeptBy(dense.Spec));
    }

    private static double KeptBy(NetworkSpec spec)
    {
        var cost = new NetworkCost(spec);
        return (double)cost.MultiplyAdds(linear => linear.Elements / 2) / cost.TotalMultiplyAdds;
    }

    private static void Prune(TorchStep step, int linear, IReadOnlyList<Tensor> streams)
    {
        using var scope = NewDisposeScope();
        var layer = step.Linears[linear];
        int inputs = (int)layer.weight.shape[1];
        var moments = new FeatureMoments(inputs);
        foreach (var stream in streams)
        {
            using var batch = NewDisposeScope();
            moments.Add(step.InputOf(linear, stream));
        }

        var inverse = DampedInverse.Of(moments.Second, inputs);
        var row = new SparseGptRow(TorchDevice.Read<double>(linalg.cholesky(inverse).t()), inputs);
        double[] weight = TorchDevice.Read<double>(layer.weight.to(float64));
        for (int first = 0; first < weight.Length; first += inputs)
        {
            row.Prune(weight.AsSpan(first, inputs));
        }

        layer.weight.copy_(TorchDevice.Put(tensor(weight)).reshape(layer.weight.shape));
    }
}
