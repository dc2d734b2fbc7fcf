namespace Microsoft.ML.BlockPruning.Pruning.Bases;

/// <summary>
/// Rewrites weights so that the network computes what it did and what is weak lies together, where whole blocks can go.
/// </summary>
internal interface IBasisChange
{
    /// <summary>Rewrites what it may; what it may not it leaves as it is, and says so.</summary>
    /// <param name="network">The network; changed in place.</param>
    /// <param name="task">What is known of it.</param>
    void Apply(BasisNetwork network, BasisTask task);
}
