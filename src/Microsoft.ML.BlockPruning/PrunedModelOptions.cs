namespace Microsoft.ML.BlockPruning;

/// <summary>How a <see cref="PrunedModel"/> scores; nothing of it changes the network's weights.</summary>
public sealed class PrunedModelOptions
{
    /// <summary>Gets or sets how many threads score an image, the caller's included.</summary>
    /// <value>1 to 1,024; null: one for each logical processor. It does not change a score.</value>
    public int? NumberOfThreads { get; set; }

    /// <summary>Gets or sets in what numbers layers are multiplied.</summary>
    /// <value>Null: as the model was saved with. <see cref="ScoringFormat.Auto"/> takes images, and a loaded model has none.</value>
    public ScoringFormat? Format { get; set; }

    /// <summary>Gets or sets how many pixels an image has at most, width times height by its header.</summary>
    /// <value>Positive; null: as the model was saved with.</value>
    public long? MaximumPixels { get; set; }

    /// <summary>Gets or sets whether an image is turned as its EXIF orientation says.</summary>
    /// <value>Null: as the model was pruned with.</value>
    public bool? ApplyOrientation { get; set; }
}
