namespace Microsoft.ML.BlockPruning.Imaging;

/// <summary>One axis of an image, resized and cut: how long it becomes, which of its pixels are taken, and where they go.</summary>
/// <param name="Target">Pixels of the axis after the resize; in 64 bits, for one side may be a thousand times the other.</param>
/// <param name="First">The first of them that is taken.</param>
/// <param name="Count">How many are taken.</param>
/// <param name="Before">Pixels of the square before them; with those after them its border.</param>
internal readonly record struct AxisWindow(long Target, long First, int Count, int Before)
{
    /// <summary>The centre of an axis, or all of it with a border around.</summary>
    /// <param name="target">Pixels of the axis after the resize.</param>
    /// <param name="size">Pixels of the square.</param>
    /// <param name="rounding">Where an odd rest goes.</param>
    public static AxisWindow Centre(long target, int size, CropRounding rounding)
    {
        long rest = target - size;
        if (rest >= 0)
        {
            long first = rounding == CropRounding.Down ? rest / 2 : (long)Math.Round(rest / 2.0, MidpointRounding.ToEven);
            return new AxisWindow(target, first, size, Before: 0);
        }

        // torchvision's pad rounds down what comes before the image, Hugging Face's rounds it up.
        int missing = (int)-rest;
        return new AxisWindow(target, First: 0, (int)target, rounding == CropRounding.Down ? (missing + 1) / 2 : missing / 2);
    }

    /// <summary>Both axes of an image under a preprocessing that resizes.</summary>
    public static (AxisWindow Across, AxisWindow Down) Of(ImagePreprocessing preprocessing, int width, int height)
    {
        var (targetWidth, targetHeight) = TargetOf(preprocessing, width, height);
        return (
            Centre(targetWidth, preprocessing.ImageSize, preprocessing.CropRounding),
            Centre(targetHeight, preprocessing.ImageSize, preprocessing.CropRounding));
    }

    private static (long Width, long Height) TargetOf(ImagePreprocessing preprocessing, int width, int height)
    {
        long size = preprocessing.ResizeSize;
        switch (preprocessing.Resize)
        {
            case ImageResize.Exact:
                return (preprocessing.ResizeWidth, size);
            case ImageResize.LongestSide:
                // timm's ResizeKeepRatio, in Python's doubles; a line of pixels keeps one.
                double ratio = Math.Max((double)height / size, (double)width / size);
                return (Rounded(width / ratio), Rounded(height / ratio));
            default:
                // torchvision truncates the longer side; in 64 bits, as Python has no overflow.
                return width <= height ? (size, size * height / width) : (size * width / height, size);
        }
    }

    private static long Rounded(double size) => Math.Max((long)Math.Round(size, MidpointRounding.ToEven), 1);
}
