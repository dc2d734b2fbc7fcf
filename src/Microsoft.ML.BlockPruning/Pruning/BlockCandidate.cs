namespace Microsoft.ML.BlockPruning.Pruning;

/// <summary>One block in the competition for the budget.</summary>
/// <param name="Layer">The layer it belongs to.</param>
/// <param name="Row">Block row.</param>
/// <param name="Column">Block column.</param>
/// <param name="Importance">Predicted rise of the loss when it goes.</param>
/// <param name="Cost">Budget units it takes when kept.</param>
internal sealed record BlockCandidate(LayerAllocation Layer, int Row, int Column, double Importance, long Cost)
{
    /// <summary>Importance per unit of cost: what the budget is spent by.</summary>
    public double Density => Importance / Cost;

    /// <summary>Whether a floor keeps it whatever its density.</summary>
    public bool IsProtected { get; set; }

    public bool IsKept => Layer.Kept[Row, Column];

    /// <summary>Whether it sits in a dead unit and may not come back.</summary>
    public bool IsBanned => !Layer.Allowed[Row, Column];
}
