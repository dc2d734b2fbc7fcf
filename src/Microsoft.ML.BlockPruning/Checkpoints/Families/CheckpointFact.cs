namespace Microsoft.ML.BlockPruning.Checkpoints.Families;

/// <summary>Something about a network, and where it comes from.</summary>
/// <param name="Name">Such as <c>heads</c>.</param>
/// <param name="Value">Such as <c>12</c>.</param>
/// <param name="Origin">Such as <c>config.json, num_attention_heads</c>.</param>
public sealed record CheckpointFact(string Name, string Value, string Origin);
