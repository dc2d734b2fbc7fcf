namespace Microsoft.ML.BlockPruning;

/// <summary>What a <see cref="PruneBudget"/> counts.</summary>
internal enum PruneBudgetUnit
{
    MultiplyAdds,
    Parameters,
    Blocks,
}
