namespace Microsoft.ML.BlockPruning;

/// <summary>Where the class of a calibration image comes from, whose loss tells which weights matter.</summary>
public enum CalibrationLabels
{
    /// <summary>Drawn from the network's own prediction: true Fisher information, needs no labels.</summary>
    Sampled,

    /// <summary>Read from the label column; rows without a label are left out.</summary>
    Column,
}
