namespace Microsoft.ML.BlockPruning.Checkpoints.Configuration;

/// <summary>Networks that people have and that are not computed here, by what a <c>config.json</c> calls them.</summary>
internal static class ForeignFamilies
{
    /// <summary>What is computed here, for messages.</summary>
    public const string Ours = "ViT, DeiT, DINOv2, CLIP, SigLIP and Swin classifiers are";

    // What model_type or timm's architecture begins with; the longest that fits counts.
    private static readonly (string Begin, string Name)[] Transformers =
    [
        ("beit", "BEiT"), ("data2vec-vision", "Data2Vec"), ("dinov3", "DINOv3"), ("eva", "EVA"), ("swinv2", "Swin V2"),
        ("swin2sr", "Swin2SR"), ("swin_s3", "Swin S3"), ("swinv2_cr", "Swin V2 CR"), ("maxvit", "MaxViT"), ("cait", "CaiT"),
        ("xcit", "XCiT"), ("crossvit", "CrossViT"), ("levit", "LeViT"), ("mobilevit", "MobileViT"), ("pit_", "PiT"), ("pvt", "PVT"),
        ("twins", "Twins"), ("volo", "VOLO"), ("hiera", "Hiera"), ("davit", "DaViT"), ("tiny_vit", "TinyViT"), ("fastvit", "FastViT"),
        ("poolformer", "PoolFormer"), ("segformer", "SegFormer"), ("vit_hybrid", "hybrid ViT"), ("cvt", "CvT"),
        ("nat", "NAT"), ("dinat", "DiNAT"), ("siglip2", "SigLIP 2"), ("ijepa", "I-JEPA"), ("vjepa", "V-JEPA"), ("naflexvit", "NaFlexViT"),
        ("samvit", "SAM"), ("aimv2", "AIMv2"), ("yolos", "YOLOS"), ("dpt", "DPT"), ("timesformer", "TimeSformer"), ("videomae", "VideoMAE"),
        ("vivit", "ViViT"), ("pixtral", "Pixtral"), ("chinese_clip", "Chinese CLIP"), ("align", "ALIGN"), ("blip", "BLIP"),
    ];

    private static readonly (string Begin, string Name)[] Others =
    [
        ("convnextv2", "ConvNeXt V2"), ("convnext", "ConvNeXt"), ("resnet", "ResNet"), ("resnetv2", "ResNet"), ("resnext", "ResNeXt"),
        ("wide_resnet", "ResNet"), ("regnet", "RegNet"), ("efficientnet", "EfficientNet"), ("tf_efficientnet", "EfficientNet"),
        ("mobilenet", "MobileNet"), ("mobileone", "MobileOne"), ("densenet", "DenseNet"), ("vgg", "VGG"), ("inception", "Inception"),
        ("bit", "BiT"), ("focalnet", "FocalNet"), ("van", "VAN"), ("mixer", "MLP-Mixer"), ("resmlp", "ResMLP"), ("gmlp", "gMLP"),
        ("nfnet", "NFNet"), ("edgenext", "EdgeNeXt"), ("ghostnet", "GhostNet"), ("seresnet", "SE-ResNet"),
    ];

    /// <summary>Refuses a network by the name that people know.</summary>
    /// <param name="source">The file, for messages.</param>
    /// <param name="name">What <c>model_type</c> or <c>architecture</c> says; null where nothing does.</param>
    /// <exception cref="InvalidDataException">It is one of these.</exception>
    public static void Refuse(string source, string? name)
    {
        if (name is "vit_mae")
        {
            throw new InvalidDataException(
                $"{source}: this is an MAE pretraining checkpoint with a decoder: no classifier head. Give the fine-tuned one.");
        }

        if (Find(Others, name) is { } other)
        {
            throw new InvalidDataException($"{source}: {other} is not supported: it is not a vision transformer; {Ours}.");
        }

        if (Find(Transformers, name) is { } transformer)
        {
            throw new InvalidDataException($"{source}: {transformer} is not supported; {Ours}.");
        }
    }

    private static string? Find((string Begin, string Name)[] rows, string? name) => name is null
        ? null
        : rows.Where(row => name.StartsWith(row.Begin, StringComparison.OrdinalIgnoreCase)).OrderByDescending(row => row.Begin.Length)
            .Select(row => row.Name).FirstOrDefault();
}
