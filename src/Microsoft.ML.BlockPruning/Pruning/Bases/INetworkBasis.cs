using Microsoft.ML.BlockPruning.Calibration;
using Microsoft.ML.BlockPruning.Networks;

namespace Microsoft.ML.BlockPruning.Pruning.Bases;

/// <summary>The basis in which a network is pruned.</summary>
internal interface INetworkBasis
{
    /// <summary>Steps that <see cref="Change"/> reports.</summary>
    int StepsOf(NetworkWeights dense, CalibrationSet calibration);

    /// <summary>Rewrites a network so that it computes the same.</summary>
    /// <param name="dense">Not changed.</param>
    /// <param name="calibration">The images.</param>
    /// <param name="layers">Its prunable layers, for the sizes of their blocks.</param>
    /// <param name="onStep">Called after each step; it may throw to cancel.</param>
    RebasedNetwork Change(NetworkWeights dense, CalibrationSet calibration, IReadOnlyList<PrunableLayer> layers, Action onStep);
}

/// <summary>A dense network in the basis in which it is pruned.</summary>
/// <param name="Weights">Its weights.</param>
/// <param name="Notes">What was changed and what was left; empty where it is as it was.</param>
internal sealed record RebasedNetwork(NetworkWeights Weights, IReadOnlyList<string> Notes);

/// <summary>The basis that the network came in.</summary>
internal sealed class OriginalBasis : INetworkBasis
{
    public int StepsOf(NetworkWeights dense, CalibrationSet calibration) => 0;

    public RebasedNetwork Change(
        NetworkWeights dense, CalibrationSet calibration, IReadOnlyList<PrunableLayer> layers, Action onStep) => new(dense, []);
}
