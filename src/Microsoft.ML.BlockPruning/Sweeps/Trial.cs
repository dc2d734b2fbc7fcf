using System.Globalization;
using Microsoft.ML.BlockPruning.Sparsity;

namespace Microsoft.ML.BlockPruning.Sweeps;

/// <summary>One point of a sweep; two trials are the same where all three agree.</summary>
/// <param name="Keep">Fraction of the dense network's multiply-adds that remains, in (0, 1].</param>
/// <param name="Block">Height x width in weights.</param>
/// <param name="Criterion">What rates the blocks, by the name that options give it.</param>
internal sealed record Trial(double Keep, BlockShape Block, string Criterion)
{
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"keep {Keep}, block {Block}, {Criterion}");
}
