using Microsoft.ML.BlockPruning.Checkpoints.Configuration;
using Microsoft.ML.BlockPruning.Checkpoints.KeyMaps;
using Microsoft.ML.BlockPruning.Imaging;

namespace Microsoft.ML.BlockPruning.Checkpoints.Families;

/// <summary>How a program's published networks have their images prepared, where no file beside the network says it.</summary>
internal static class UsualPixels
{
    /// <summary>Of a program.</summary>
    /// <param name="style">Whose names the tensors have.</param>
    /// <returns>Null for timm, whose networks differ: the family's own word holds.</returns>
    public static PixelConfig? Of(NamingStyle style) => style switch
    {
        NamingStyle.Torchvision => TimmPixels.Usual("torchvision's", ImageInterpolation.Bilinear), // IMAGENET1K_V1
        NamingStyle.Facebook or NamingStyle.FacebookDinov2 => TimmPixels.Usual("facebookresearch's", ImageInterpolation.Bicubic),
        NamingStyle.HuggingFace => PreprocessorReader.UsualFor("vit"),
        NamingStyle.HuggingFaceDinov2 or NamingStyle.HuggingFaceDinov2WithRegisters => PreprocessorReader.UsualFor("dinov2"),
        NamingStyle.HuggingFaceSiglip => PreprocessorReader.UsualFor("siglip"),
        NamingStyle.HuggingFaceClip => PreprocessorReader.UsualFor("clip"),
        _ => null,
    };
}
