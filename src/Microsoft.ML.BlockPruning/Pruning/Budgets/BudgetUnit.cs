namespace Microsoft.ML.BlockPruning.Pruning.Budgets;

/// <summary>What a budget counts.</summary>
internal enum BudgetUnit
{
    /// <summary>Multiply-adds of one image.</summary>
    MultiplyAdds,

    /// <summary>Weights and biases.</summary>
    Parameters,

    /// <summary>Bytes of the weights and of the kept blocks' indices.</summary>
    Bytes,

    /// <summary>Energy of one image, by an <see cref="EnergyModel"/>.</summary>
    Energy,

    /// <summary>Blocks of the layers that may lose some.</summary>
    Blocks,

    /// <summary>Measured time of a batch.</summary>
    Latency,
}
