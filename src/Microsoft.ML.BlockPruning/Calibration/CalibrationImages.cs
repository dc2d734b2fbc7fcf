namespace Microsoft.ML.BlockPruning.Calibration;

/// <summary>The images that <c>Fit</c> works with.</summary>
/// <param name="Calibration">What pruning sees.</param>
/// <param name="HeldOut">What it does not see, with labels where every one has one; null where none are set aside.</param>
/// <param name="Unlabelled">Rows that were left out because they have no label.</param>
internal sealed record CalibrationImages(CalibrationSet Calibration, CalibrationSet? HeldOut, long Unlabelled)
{
    /// <summary>Held-out rows without a label, where others have one: then none of the labels is used.</summary>
    public long HeldOutUnlabelled { get; init; }

    /// <summary>Whether the held-out images were set aside from the calibration images, not given for themselves.</summary>
    public bool AreSetAside { get; init; }
}
