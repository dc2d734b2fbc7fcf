namespace SampleKit;

/// <summary>What a single prediction reads back.</summary>
internal sealed class ScoreRow
{
    /// <summary>[classes] logits.</summary>
    public float[] Score { get; set; } = [];
}
