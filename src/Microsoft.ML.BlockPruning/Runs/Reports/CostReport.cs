namespace Microsoft.ML.BlockPruning.Runs.Reports;

/// <summary>What a layer or a network costs for one image.</summary>
public sealed class CostReport
{
    /// <summary>Multiply-adds per image.</summary>
    public required long MultiplyAdds { get; init; }

    /// <summary>Bytes of weights and block indices; a layer's bias counts to the network only.</summary>
    public required long WeightBytes { get; init; }

    /// <summary>Energy of one image in microjoules, by <see cref="ReportSettings.EnergyModel"/>: a model, not a measurement.</summary>
    public required double EnergyMicrojoules { get; init; }

    /// <summary>Time of one image at batch 1, the lower quartile of several, with the settings' threads; null: not measured.</summary>
    public required double? Milliseconds { get; init; }
}
