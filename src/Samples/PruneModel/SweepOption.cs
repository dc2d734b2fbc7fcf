namespace PruneModelSample;

/// <summary>What the sweep tries.</summary>
/// <param name="Keep">Fractions of the multiply-adds.</param>
/// <param name="MaximumAccuracyDrop">Fraction of the validation images that the recommended model may lose.</param>
/// <param name="JournalPath">Finished trials; a sweep that was stopped goes on from there.</param>
internal sealed record SweepOption(double[] Keep, double MaximumAccuracyDrop, string JournalPath);
