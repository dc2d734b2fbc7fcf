namespace Microsoft.ML.BlockPruning.Imaging;

/// <summary>What is done to an image before the network reads it; it must be what was done in training. Immutable.</summary>
/// <remarks>
/// Resize on 8-bit values as Pillow does, cut out the centre, divide by 255, then (value − mean) / std per channel. A one-channel network
/// reads Pillow's luma. A float vector column holds pixels of the network's size already, so only the last two steps apply to it.
/// Where the resized image is smaller than the centre, a border is put around it: black as torchvision's and Hugging Face's, and of the
/// mean's colour under <see cref="ImageResize.LongestSide"/>, as timm's.
/// </remarks>
public sealed class ImagePreprocessing
{
    private static readonly float[] ImageNetMean = [0.485f, 0.456f, 0.406f];
    private static readonly float[] ImageNetStd = [0.229f, 0.224f, 0.225f];
    private readonly int _resizeWidth;
    private readonly CropRounding _cropRounding;

    /// <summary>Creates a preprocessing.</summary>
    /// <param name="imageSize">Width and height that the network reads, in pixels.</param>
    /// <param name="channels">1 (grey) or 3 (RGB).</param>
    /// <param name="mean">[channels], of values in [0, 1].</param>
    /// <param name="std">[channels], of values in [0, 1]; positive.</param>
    /// <param name="resize">How the image becomes a square.</param>
    /// <param name="resizeSize">The size to resize to, in pixels; 0 takes <paramref name="imageSize"/>.</param>
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

        ArgumentOutOfRangeException.ThrowIfNegative(resizeSize);
        int target = resizeSize == 0 || resize == ImageResize.None ? imageSize : resizeSize;
        CheckArea(imageSize, imageSize, channels, nameof(imageSize));
        CheckArea(target, target, channels, nameof(resizeSize));
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
        _resizeWidth = target;
        CropRounding = resize == ImageResize.Exact ? CropRounding.Down : CropRounding.HalfToEven;
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

    /// <summary>
    /// The size to resize to before the centre is cut out, in pixels: of the side that <see cref="Resize"/> names, and under
    /// <see cref="ImageResize.Exact"/> the height.
    /// </summary>
    public int ResizeSize { get; }

    /// <summary>The width to resize to under <see cref="ImageResize.Exact"/>, in pixels.</summary>
    /// <value><see cref="ResizeSize"/>, where nothing else is said.</value>
    /// <exception cref="ArgumentOutOfRangeException">It is not positive, or other than the height where one side is resized.</exception>
    public int ResizeWidth
    {
        get => _resizeWidth;
        init
        {
            ArgumentOutOfRangeException.ThrowIfNegativeOrZero(value, nameof(ResizeWidth));
            if (Resize != ImageResize.Exact)
            {
                ArgumentOutOfRangeException.ThrowIfNotEqual(value, ResizeSize, nameof(ResizeWidth));
            }

            CheckArea(value, ResizeSize, Channels, nameof(ResizeWidth));
            _resizeWidth = value;
        }
    }

    /// <summary>Where the centre begins when an odd number of pixels is cut away.</summary>
    /// <value>Down under <see cref="ImageResize.Exact"/>, as Hugging Face; else half to even, as torchvision and timm.</value>
    /// <exception cref="ArgumentOutOfRangeException">It is no value of the enum.</exception>
    public CropRounding CropRounding
    {
        get => _cropRounding;
        init => _cropRounding = Enum.IsDefined(value)
            ? value
            : throw new ArgumentOutOfRangeException(nameof(CropRounding), value, "A centre is cut out Down or HalfToEven.");
    }

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
        : new ImagePreprocessing(ImageSize, Channels, Mean, Std, Resize, ResizeSize, Interpolation, applyOrientation)
        {
            ResizeWidth = ResizeWidth,
            CropRounding = CropRounding,
        };

    private static void CheckArea(int height, int width, int channels, string name)
    {
        if ((long)height * width > Array.MaxLength / channels)
        {
            throw new ArgumentOutOfRangeException(
                name, Math.Max(height, width),
                $"An image of {channels}x{height}x{width} values does not fit an array; "
                + $"{(long)Math.Sqrt(Array.MaxLength / channels)} is the largest size.");
        }
    }

    private static float[] PerChannel(IReadOnlyList<float> values, int channels, string name)
    {
        ArgumentNullException.ThrowIfNull(values, name);
        return values.Count == channels && values.All(float.IsFinite)
            ? [.. values]
            : throw new ArgumentException(
                $"{channels} finite values are needed, one per channel; found [{string.Join(", ", values)}].", name);
    }
}
