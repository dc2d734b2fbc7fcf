namespace Microsoft.ML.BlockPruning.Tests;

/// <summary>What a pipeline that ends in MapKeyToValue gives.</summary>
public sealed class Prediction
{
    public float[] Score { get; set; } = [];

    public string PredictedLabel { get; set; } = "";
}
