namespace Microsoft.ML.BlockPruning.Reporting.Plots;

/// <summary>What a point of a plot stands for. Shapes differ too, for who sees no colours.</summary>
internal enum PlotMark
{
    /// <summary>A trial that another one beats.</summary>
    Trial,

    /// <summary>A trial that none beats.</summary>
    Front,

    /// <summary>The network before pruning.</summary>
    Dense,

    /// <summary>Another way to run the network.</summary>
    Reference,

    /// <summary>The trial to take.</summary>
    Recommended,
}
