namespace Microsoft.ML.BlockPruning.Checkpoints.Configuration;

/// <summary>What a <c>config.json</c> says that the tensors do not. Null where it is silent.</summary>
/// <remarks>Read from timm's keys (<c>model_args</c>, <c>pretrained_cfg</c>, <c>label_names</c>) and from Hugging Face's.</remarks>
internal sealed record CheckpointConfig
{
    /// <summary>The file, for messages.</summary>
    public string Source { get; init; } = "config.json";

    /// <summary>Hugging Face's name of the family, such as <c>vit</c>.</summary>
    public string? ModelType { get; init; }

    /// <summary>timm's name of the network, such as <c>vit_base_patch16_224</c>; only files in its form have one.</summary>
    public string? Architecture { get; init; }

    /// <summary>Hugging Face's classes, such as <c>ViTForImageClassification</c>.</summary>
    public IReadOnlyList<string> Classes { get; init; } = [];

    /// <summary>Attention heads per encoder layer.</summary>
    public int? AttentionHeads { get; init; }

    /// <summary>Added to the variance in LayerNorm.</summary>
    public float? LayerNormEps { get; init; }

    /// <summary>What it, or the <c>preprocessor_config.json</c> beside it, says of images.</summary>
    public PixelConfig? Pixels { get; init; }

    /// <summary>The activation of the MLP.</summary>
    public ActivationName? Activation { get; init; }

    /// <summary>Whether the head reads a mean of tokens (<c>avg</c>) or the class token (<c>token</c>).</summary>
    public bool? IsAverage { get; init; }

    /// <summary>Whether that mean is of prefix tokens too.</summary>
    public bool AveragesPrefix { get; init; }

    /// <summary>Whether it says that nothing is normed after the last layer.</summary>
    public bool HasNoFinalNorm { get; init; }

    /// <summary>Width and height of the images for which timm makes the network, in pixels; positions are resampled for them.</summary>
    public int? NetworkSize { get; init; }

    /// <summary>By what it says that the weights were quantised.</summary>
    public string? Quantisation { get; init; }

    /// <summary>[numClasses], in the order of the head's rows; null also where they are only numbered.</summary>
    public IReadOnlyList<string>? LabelNames => Labels is { AreNumbers: false } ? Labels.Names : null;

    /// <summary>The classes' names as the file has them.</summary>
    public ConfigLabels? Labels { get; init; }

    /// <summary>What it says that the tensors tell too.</summary>
    public IReadOnlyList<ConfigFact> Facts { get; init; } = [];

    /// <summary>What a user should know: what was passed over.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];
}
