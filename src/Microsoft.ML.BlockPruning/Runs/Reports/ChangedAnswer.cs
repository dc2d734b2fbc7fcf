namespace Microsoft.ML.BlockPruning.Runs.Reports;

/// <summary>An image that the pruned network takes for another class than the dense one.</summary>
/// <param name="Row">Of the image, from 0.</param>
/// <param name="Truth">Its class; null where that is not known.</param>
/// <param name="Dense">The dense network's answer.</param>
/// <param name="DenseProbability">What the dense network gives its answer, in [0, 1].</param>
/// <param name="Pruned">The pruned network's answer.</param>
/// <param name="PrunedProbability">What the pruned network gives its answer, in [0, 1].</param>
internal sealed record ChangedAnswer(
    int Row, int? Truth, int Dense, double DenseProbability, int Pruned, double PrunedProbability)
{
    /// <summary>The image as a PNG file; empty until somebody asks for it.</summary>
    public byte[] Png { get; init; } = [];
}
