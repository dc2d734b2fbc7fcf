namespace Microsoft.ML.BlockPruning.Imaging;

/// <summary>The filter that resizes an image; both are Pillow's, whose support grows when it shrinks an image (antialiasing).</summary>
public enum ImageInterpolation
{
    /// <summary>Triangle filter: torchvision's and Hugging Face ViT's choice.</summary>
    Bilinear,

    /// <summary>Cubic convolution with a = −0.5: DeiT's and most timm networks' choice.</summary>
    Bicubic,
}
