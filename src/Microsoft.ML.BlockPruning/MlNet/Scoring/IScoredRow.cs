namespace Microsoft.ML.BlockPruning.MlNet.Scoring;

/// <summary>A row that the network has scored.</summary>
internal interface IScoredRow
{
    /// <summary>[numClasses] of the row at hand; valid until the row moves.</summary>
    ReadOnlySpan<float> Logits { get; }
}
