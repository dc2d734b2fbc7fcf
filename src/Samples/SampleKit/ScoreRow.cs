namespace SampleKit;

/// <summary>What a single prediction reads back.</summary>
internal sealed class ScoreRow
{
    /// <summary>[classes] logits.</summary>
    public float[] Score { get; set; } = [];

    /// <summary>[classes] their softmax; empty where the model has no such column and the reader ignores that.</summary>
    public float[] Probability { get; set; } = [];
}
