namespace Microsoft.ML.BlockPruning.Imaging;

/// <summary>How an image of any size becomes the square that the network reads.</summary>
public enum ImageResize
{
    /// <summary>Not at all: the image must already have the network's size.</summary>
    None,

    /// <summary>The shorter side to the resize size, the other in proportion, then the centre (timm, torchvision, DINOv2).</summary>
    ShortestSide,

    /// <summary>Both sides to the resize size, whatever the proportions, then the centre (Hugging Face, timm's squash).</summary>
    Exact,

    /// <summary>The longer side to the resize size, then the centre, filled up with the mean colour (timm's border).</summary>
    LongestSide,
}
