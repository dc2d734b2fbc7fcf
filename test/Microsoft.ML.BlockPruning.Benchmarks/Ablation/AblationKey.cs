namespace Microsoft.ML.BlockPruning.Benchmarks.Ablation;

/// <summary>What tells rows of the table apart; the fields are those of <see cref="AblationRow"/>.</summary>
internal sealed record AblationKey(string Network, int Images, long Seed, string Method, double Keep, string Block, bool FineTuned = false);
