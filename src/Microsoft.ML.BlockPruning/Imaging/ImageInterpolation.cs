namespace Microsoft.ML.BlockPruning.Imaging;

/// <summary>The filter that resizes an image: Pillow's, whose support grows when it shrinks an image (antialiasing).</summary>
public enum ImageInterpolation
{
    /// <summary>Triangle filter: torchvision's and Hugging Face ViT's choice.</summary>
    Bilinear,

    /// <summary>Cubic convolution with a = −0.5: DeiT's and most timm networks' choice.</summary>
    Bicubic,

    /// <summary>The pixel that lies there; nothing is mixed, whatever the scale.</summary>
    Nearest,

    /// <summary>The mean of the pixels that fall into one.</summary>
    Box,

    /// <summary>A sinc under a Hamming window, one pixel to each side.</summary>
    Hamming,

    /// <summary>A sinc under Lanczos' window, three pixels to each side.</summary>
    Lanczos,
}
