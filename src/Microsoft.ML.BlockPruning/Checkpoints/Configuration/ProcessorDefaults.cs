using Microsoft.ML.BlockPruning.Imaging;

namespace Microsoft.ML.BlockPruning.Checkpoints.Configuration;

/// <summary>What an image processor of Hugging Face does where its file is silent.</summary>
/// <param name="Name">The class without its ending, or the networks for which it is usual.</param>
/// <param name="Resize">What a size that is one number means: both sides, or the shorter one.</param>
/// <param name="Size">The size to resize to, in pixels.</param>
/// <param name="Crop">Side of the centre, in pixels; null: none is cut out.</param>
/// <param name="Filter">The filter.</param>
/// <param name="Mean">[3].</param>
/// <param name="Std">[3].</param>
internal sealed record ProcessorDefaults(
    string Name, ImageResize Resize, int Size, int? Crop, ImageInterpolation Filter, float[] Mean, float[] Std)
{
    private static readonly float[] Half = [0.5f, 0.5f, 0.5f];
    private static readonly float[] ImageNet = PixelConfig.ImageNetMean;
    private static readonly float[] ImageNetStd = PixelConfig.ImageNetStd;
    private static readonly float[] ClipMean = [0.48145466f, 0.4578275f, 0.40821073f];
    private static readonly float[] ClipStd = [0.26862954f, 0.26130258f, 0.27577711f];

    private static readonly string[] Endings = ["Pil", "Fast", "ImageProcessor", "FeatureExtractor"];

    // The defaults of the classes' constructors; the first is also every unknown class's.
    private static readonly ProcessorDefaults[] Classes =
    [
        new("ViT", ImageResize.Exact, 224, Crop: null, ImageInterpolation.Bilinear, Half, Half),
        new("DeiT", ImageResize.Exact, 256, 224, ImageInterpolation.Bicubic, Half, Half),
        new("Beit", ImageResize.Exact, 256, 224, ImageInterpolation.Bicubic, Half, Half),
        new("Siglip", ImageResize.Exact, 224, Crop: null, ImageInterpolation.Bicubic, Half, Half),
        new("CLIP", ImageResize.ShortestSide, 224, 224, ImageInterpolation.Bicubic, ClipMean, ClipStd),
        new("ChineseCLIP", ImageResize.ShortestSide, 224, 224, ImageInterpolation.Bicubic, ClipMean, ClipStd),
        new("Bit", ImageResize.ShortestSide, 224, 224, ImageInterpolation.Bicubic, ClipMean, ClipStd),
        new("ConvNext", ImageResize.ShortestSide, 384, Crop: null, ImageInterpolation.Bilinear, Half, Half),
    ];

    // What the files of the published networks say, for a network that has lost its own: by config.json's model_type.
    private static readonly ProcessorDefaults[] Networks =
    [
        new("vit", ImageResize.Exact, 224, Crop: null, ImageInterpolation.Bilinear, Half, Half),
        new("deit", ImageResize.Exact, 256, 224, ImageInterpolation.Bicubic, ImageNet, ImageNetStd),
        new("swin", ImageResize.Exact, 224, Crop: null, ImageInterpolation.Bicubic, ImageNet, ImageNetStd),
        new("dinov2", ImageResize.ShortestSide, 256, 224, ImageInterpolation.Bicubic, ImageNet, ImageNetStd),
        new("dinov2_with_registers", ImageResize.ShortestSide, 256, 224, ImageInterpolation.Bicubic, ImageNet, ImageNetStd),
        new("siglip", ImageResize.Exact, 224, Crop: null, ImageInterpolation.Bicubic, Half, Half),
        new("siglip_vision_model", ImageResize.Exact, 224, Crop: null, ImageInterpolation.Bicubic, Half, Half),
        new("clip", ImageResize.ShortestSide, 224, 224, ImageInterpolation.Bicubic, ClipMean, ClipStd),
        new("clip_vision_model", ImageResize.ShortestSide, 224, 224, ImageInterpolation.Bicubic, ClipMean, ClipStd),
    ];

    /// <summary>Of a class whose name is not known; Hugging Face's plain one.</summary>
    public static ProcessorDefaults Unknown => Classes[0];

    /// <summary>Of a class, such as <c>BitImageProcessorFast</c>; null where it is not known.</summary>
    public static ProcessorDefaults? OfClass(string type)
    {
        foreach (string ending in Endings)
        {
            type = type.EndsWith(ending, StringComparison.Ordinal) ? type[..^ending.Length] : type;
        }

        return Classes.FirstOrDefault(row => row.Name == type);
    }

    /// <summary>Of the networks of a <c>model_type</c>; null where it is not known.</summary>
    public static ProcessorDefaults? OfNetwork(string modelType) => Networks.FirstOrDefault(row => row.Name == modelType);
}
