namespace Microsoft.ML.BlockPruning.Checkpoints.Configuration;

/// <summary>What a <c>config.json</c> says that the tensors do not. Null where it is silent.</summary>
/// <remarks>Read from timm's keys (<c>model_args</c>, <c>pretrained_cfg</c>, <c>label_names</c>) and from Hugging Face's.</remarks>
internal sealed record CheckpointConfig
{
    /// <summary>Attention heads per encoder layer.</summary>
    public int? AttentionHeads { get; init; }

    /// <summary>Added to the variance in LayerNorm.</summary>
    public float? LayerNormEps { get; init; }

    /// <summary>[channels], subtracted from pixels in 0..1.</summary>
    public IReadOnlyList<float>? Mean { get; init; }

    /// <summary>[channels], divides what remains.</summary>
    public IReadOnlyList<float>? Std { get; init; }

    /// <summary>The resize filter as the file spells it, such as <c>bicubic</c>.</summary>
    public string? Interpolation { get; init; }

    /// <summary>Side of the centre crop over the resized image's shortest side, in (0, 1].</summary>
    public double? CropFraction { get; init; }

    /// <summary>Whether both sides are resized, whatever the proportions, before the centre is cut out (timm's <c>squash</c>).</summary>
    public bool IsSquashed { get; init; }

    /// <summary>[channels, height, width] in pixels.</summary>
    public IReadOnlyList<int>? InputSize { get; init; }

    /// <summary>[numClasses], in the order of the head's rows.</summary>
    public IReadOnlyList<string>? LabelNames { get; init; }

    /// <summary>What it says that the tensors tell too.</summary>
    public IReadOnlyList<ConfigFact> Facts { get; init; } = [];

    /// <summary>What a user should know: what was passed over.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];
}
