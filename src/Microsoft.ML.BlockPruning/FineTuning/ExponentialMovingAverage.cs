using Microsoft.ML.BlockPruning.Networks;
using Microsoft.ML.BlockPruning.Torch;
using static TorchSharp.torch;

namespace Microsoft.ML.BlockPruning.FineTuning;

/// <summary>A network whose weights follow another's.</summary>
/// <remarks>
/// average ← d · average + (1 − d) · weights, d = min(decay, (1 + t) / (10 + t)).
/// The bound on d in step t (TensorFlow's <c>ExponentialMovingAverage</c>, num_updates) keeps the start, here the network as pruned, from
/// weighing half of a short run. Cost: one more copy of the weights.
/// </remarks>
internal sealed class ExponentialMovingAverage(NetworkWeights start, double decay) : IDisposable
{
    /// <summary>The averaged network.</summary>
    public TorchNetwork Network { get; } = new(start);

    /// <summary>Takes in the weights after a step.</summary>
    /// <param name="source">A network of the same shape, float32.</param>
    /// <param name="steps">t, the optimizer steps done, from 1.</param>
    public void Update(TorchNetwork source, int steps)
    {
        using var scope = NewDisposeScope();
        using var off = no_grad();
        double d = Math.Min(decay, (1.0 + steps) / (10.0 + steps));
        foreach (var (average, weight) in Network.Module.parameters().Zip(source.Module.parameters()))
        {
            average.Scale(d);
            average.Accumulate(weight.Times(1 - d));
        }
    }

    public void Dispose() => Network.Dispose();
}
