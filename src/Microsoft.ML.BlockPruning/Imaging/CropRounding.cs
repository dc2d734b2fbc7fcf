namespace Microsoft.ML.BlockPruning.Imaging;

/// <summary>Where the centre begins when an odd number of pixels is cut away: one pixel apart in a quarter of all images.</summary>
public enum CropRounding
{
    /// <summary>The whole part of half the rest: Hugging Face.</summary>
    Down,

    /// <summary>Half the rest, rounded half to even: torchvision and timm.</summary>
    HalfToEven,
}
