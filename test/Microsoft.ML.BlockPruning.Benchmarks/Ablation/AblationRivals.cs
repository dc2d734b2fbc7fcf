using Microsoft.ML.BlockPruning.Benchmarks.Rivals;

namespace Microsoft.ML.BlockPruning.Benchmarks.Ablation;

/// <summary>The methods that prune no blocks.</summary>
internal static class AblationRivals
{
    /// <summary>What is behind a method; null: it prunes blocks, and <see cref="AblationMethods"/> has it.</summary>
    public static IRival? Of(AblationMethod method) => method switch
    {
        AblationMethod.Corp => new Corp(),
        AblationMethod.SparseGpt => new SparseGpt(),
        _ => null,
    };
}
