namespace Microsoft.ML.BlockPruning.PublicApi.Tests;

/// <summary>What an application gets.</summary>
public sealed class Answer
{
    public float[] Score { get; set; } = [];

    public string PredictedLabel { get; set; } = "";
}
