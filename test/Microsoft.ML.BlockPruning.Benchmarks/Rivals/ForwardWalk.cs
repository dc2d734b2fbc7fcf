using Microsoft.ML.BlockPruning.Calibration;
using Microsoft.ML.BlockPruning.Networks;
using Microsoft.ML.BlockPruning.Torch;
using static TorchSharp.torch;

namespace Microsoft.ML.BlockPruning.Benchmarks.Rivals;

/// <summary>Prunes step by step in forward order, each on the streams that the steps pruned before it give.</summary>
internal static class ForwardWalk
{
    /// <summary>Walks.</summary>
    /// <param name="dense">Not changed.</param>
    /// <param name="calibration">The images.</param>
    /// <param name="prune">Writes into the weights of a step; the streams stand before it, [images, tokens, features] a batch.</param>
    /// <returns>The pruned network.</returns>
    public static NetworkWeights Run(
        NetworkWeights dense, CalibrationSet calibration, Action<StepSpec, TorchStep, IReadOnlyList<Tensor>> prune)
    {
        LibTorch.EnsureLoaded();
        using var scope = NewDisposeScope();
        using var off = no_grad();
        using var network = new TorchNetwork(dense);
        using var streams = CalibrationStreams.Before(network, calibration);
        foreach (var (spec, step) in dense.Spec.Steps.Zip(network.Steps))
        {
            using (NewDisposeScope())
            {
                prune(spec, step, [.. Enumerable.Range(0, streams.BatchCount).Select(streams.BatchOf)]);
            }

            streams.Advance(step, FreedMemory.GiveBack);
        }

        return network.ToWeights();
    }
}
