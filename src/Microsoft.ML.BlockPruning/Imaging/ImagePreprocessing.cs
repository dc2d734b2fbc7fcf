namespace Microsoft.ML.BlockPruning.Imaging;

/// <summary>What is done to an image before the network reads it; it must be what was done in training. Immutable.</summary>
/// <remarks>
/// Resize on 8-bit values as Pillow does, cut out the centre, divide by 255, then (value − mean) / std per channel. A one-channel network
/// reads Pillow's luma. A float vector column holds pixels of the network's size already, so only the last two steps apply to it.
/// </remarks>
public sealed class ImagePreprocessing
{
    private static readonly float[] ImageNetMean = [0.485f, 0.456f, 0.406f];
    private static readonly float[] ImageNetStd = [0.229f, 0.224f, 0.225f];

    /// <summary>Creates a preprocessing.</summary>
    /// <param name="imageSize">Width and height that the network reads, in pixels.</param>
    /// <param name="channels">1 (grey) or 3 (RGB).</param>
    /// <param name="mean">[channels], of values in [0, 1].</param>
    /// <param name="std">[channels], of values in [0, 1]; positive.</param>
    /// <param name="resize">How the image becomes a square.</param>
    /// <param name="resizeSize">The size to resize to, in pixels, at least <paramref name="imageSize"/>; 0 takes just that.</param>
    /// <param name="interpolation">The filter.</param>
    /// <param name="applyOrientation">Whether an image file is turned as its EXIF orientation says.</param>
    /// <exception cref="ArgumentException">A value is out of range, or mean or std has not one finite value per channel.</exception>
    public ImagePreprocessing(
        int imageSize, int channels, IReadOnlyList<float> mean, IReadOnlyList<float> std,
        ImageResize resize = ImageResize.ShortestSide, int resizeSize = 0, ImageInterpolation interpolation = ImageInterpolation.Bicubic,
        bool applyOrientation = false)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(imageSize);
        if (channels is not (1 or 3))
        {
            throw new ArgumentOutOfRangeException(nameof(channels), channels, "An image has 1 (grey) or 3 (RGB) channels.");
        }

        if (!Enum.IsDefined(resize) || !Enum.IsDefined(interpolation))
        {
            throw new ArgumentOutOfRangeException(nameof(resize), $"{resize} with {interpolation} is not a way to resize.");
        }

        int target = resizeSize == 0 || resize == ImageResize.None ? imageSize : resizeSize;
        if (target < imageSize)
        {
            throw new ArgumentOutOfRangeException(
                nameof(resizeSize), resizeSize,
                $"The centre of {imageSize} pixels cannot be cut out of {target}; resize to {imageSize} or more.");
        }

        if ((long)target * target > Array.MaxLength / channels)
        {
            throw new ArgumentOutOfRangeException(
                target == imageSize ? nameof(imageSize) : nameof(resizeSize), target,
                $"An image of {channels}x{target}x{target} values does not fit an array; "
                + $"{(long)Math.Sqrt(Array.MaxLength / channels)} is the largest size.");
        }

        ImageSize = imageSize;
        Channels = channels;
        Mean = PerChannel(mean, channels, nameof(mean));
        Std = PerChannel(std, channels, nameof(std));
        if (Std.Any(value => value <= 0))
        {
            throw new ArgumentException($"The standard deviations [{string.Join(", ", Std)}] must be positive.", nameof(std));
        }

        Resize = resize;
        ResizeSize = target;
        Interpolation = interpolation;
        ApplyOrientation = applyOrientation;
    }

    /// <summary>Width and height that the network reads, in pixels.</summary>
    public int ImageSize { get; }

    /// <summary>1 (grey) or 3 (RGB).</summary>
    public int Channels { get; }

    /// <summary>[channels], subtracted from values in [0, 1].</summary>
    public IReadOnlyList<float> Mean { get; }

    /// <summary>[channels], divides what is left.</summary>
    public IReadOnlyList<float> Std { get; }

    /// <summary>How the image becomes a square.</summary>
    public ImageResize Resize { get; }

    /// <summary>The size to resize to before the centre is cut out, in pixels.</summary>
    public int ResizeSize { get; }

    /// <summary>The filter that resizes.</summary>
    public ImageInterpolation Interpolation { get; }

    /// <summary>Whether an image file is turned as its EXIF orientation says, before anything else.</summary>
    /// <value>False: timm's and torchvision's loaders do not, so networks are trained and judged on images as stored.</value>
    /// <remarks>It concerns files alone: an <c>MLImage</c> and a vector have no orientation. It is saved with a network.</remarks>
    public bool ApplyOrientation { get; }

    /// <summary>timm's default: bicubic, the centre 90 %, ImageNet's mean and deviation (grey: 0.5 and 0.5).</summary>
    /// <param name="imageSize">Width and height that the network reads, in pixels.</param>
    /// <param name="channels">1 (grey) or 3 (RGB).</param>
    /// <returns>The preprocessing.</returns>
    public static ImagePreprocessing ImageNet(int imageSize, int channels = 3) => new(
        imageSize,
        channels,
        channels == 1 ? [0.5f] : ImageNetMean,
        channels == 1 ? [0.5f] : ImageNetStd,
        ImageResize.ShortestSide,
        (int)Math.Floor(imageSize / 0.9),
        ImageInterpolation.Bicubic);

    /// <summary>The same with another <see cref="ApplyOrientation"/>.</summary>
    /// <param name="applyOrientation">Whether a file is turned as its EXIF orientation says.</param>
    /// <returns>A copy, or this one where nothing changes.</returns>
    public ImagePreprocessing WithOrientation(bool applyOrientation) => applyOrientation == ApplyOrientation
        ? this
        : new ImagePreprocessing(ImageSize, Channels, Mean, Std, Resize, ResizeSize, Interpolation, applyOrientation);

    private static float[] PerChannel(IReadOnlyList<float> values, int channels, string name)
    {
        ArgumentNullException.ThrowIfNull(values, name);
        return values.Count == channels && values.All(float.IsFinite)
            ? [.. values]
            : throw new ArgumentException(
                $"{channels} finite values are needed, one per channel; found [{string.Join(", ", values)}].", name);
    }
}
