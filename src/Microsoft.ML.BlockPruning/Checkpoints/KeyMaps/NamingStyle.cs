namespace Microsoft.ML.BlockPruning.Checkpoints.KeyMaps;

/// <summary>Whose names a file has; a family takes from it what nothing else says, such as the epsilon of LayerNorm.</summary>
internal enum NamingStyle
{
    Timm,

    /// <summary>facebookresearch's DeiT III and MAE.</summary>
    Facebook,

    /// <summary>facebookresearch's DINOv2 with a linear classifier.</summary>
    FacebookDinov2,

    Torchvision,

    /// <summary>Hugging Face's ViT and DeiT.</summary>
    HuggingFace,

    HuggingFaceDinov2,

    HuggingFaceDinov2WithRegisters,

    HuggingFaceSiglip,

    HuggingFaceClip,
}
