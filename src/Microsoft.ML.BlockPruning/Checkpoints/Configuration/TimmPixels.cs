using Microsoft.ML.BlockPruning.Imaging;

namespace Microsoft.ML.BlockPruning.Checkpoints.Configuration;

/// <summary>timm's preprocessing: keys of <c>pretrained_cfg</c>, which may also stand at the root.</summary>
/// <remarks>timm's <c>transforms_imagenet_eval</c>; what is absent is as in its <c>PretrainedCfg</c>.</remarks>
internal sealed record TimmPixels : PixelConfig
{
    private const double DefaultCropFraction = 0.875;
    private const string Default = "the default";
    private static readonly string[] Keys = ["mean", "std", "interpolation", "crop_pct", "crop_mode", "input_size"];

    private ImageResize Resize { get; init; }

    private double CropFraction { get; init; }

    private ImageInterpolation Interpolation { get; init; }

    private float[]? Mean { get; init; }

    private float[]? Std { get; init; }

    /// <summary>Hugging Face's wrapper around timm turns files as EXIF says, timm does not.</summary>
    private bool ApplyOrientation { get; init; }

    /// <summary>Reads what timm says; null where it says nothing.</summary>
    /// <param name="file">The file.</param>
    /// <param name="name">Its name, for origins.</param>
    /// <param name="places">The sections in which a key may stand.</param>
    /// <exception cref="InvalidDataException">A key holds what it may not, or a filter that is none.</exception>
    public static TimmPixels? Read(ConfigJson file, string name, IReadOnlyList<string> places)
    {
        string Path(string key) => file.PathOf(key, places);
        bool Has(string key) => file.TryFind(Path(key)) is not null;
        if (!Keys.Any(Has) && file.TryFind("pretrained_cfg") is null && file.TryFind("architecture") is null)
        {
            return null;
        }

        string Of(string key) => Has(key) ? $"{name}, {key}" : $"{Default}, {name} has no {key}";
        string mode = Path("crop_mode");
        var resize = file.String(mode) switch
        {
            null or "center" => ImageResize.ShortestSide,
            "squash" => ImageResize.Exact,
            "border" => ImageResize.LongestSide,
            _ => throw file.Unexpected(mode, file.TryFind(mode)!.Value, "\"center\", \"squash\" or \"border\": no other is supported"),
        };
        return new TimmPixels
        {
            ImageSize = file.Array(Path("input_size"), file.Positive) is [_, var height, var width] && height == width ? height : null,
            Resize = resize,
            CropFraction = file.Number(Path("crop_pct"), most: 1) ?? DefaultCropFraction,
            Interpolation = FilterOf(file, Path("interpolation")),
            Mean = file.Array(Path("mean"), file.Single),
            Std = file.Array(Path("std"), file.Single),
            Origins = new PixelOrigins(
                resize == ImageResize.ShortestSide ? Of("crop_pct") : $"{name}, crop_mode; {Of("crop_pct")}",
                Crop: null, Of("interpolation"), Of("mean"), Of("std"), Default),
        };
    }

    /// <summary>The centre of 224 out of 256 pixels, ImageNet's colours: how networks of other programs are judged too.</summary>
    /// <param name="whose">Whose networks, for origins.</param>
    /// <param name="filter">Their filter.</param>
    public static TimmPixels Usual(string whose, ImageInterpolation filter)
    {
        string origin = $"the usual of {whose} networks, no file says it";
        return new TimmPixels
        {
            Resize = ImageResize.ShortestSide,
            CropFraction = 224.0 / 256,
            Interpolation = filter,
            Origins = new PixelOrigins(origin, Crop: null, origin, origin, origin, Default),
        };
    }

    /// <summary>The same under Hugging Face's wrapper.</summary>
    public TimmPixels Turned() => this with
    {
        ApplyOrientation = true,
        Origins = Origins with { Orientation = HuggingFacePixels.TurnedByPipelines },
    };

    /// <inheritdoc/>
    public override ImagePreprocessing For(int imageSize, int channels) => new(
        imageSize, channels, Mean ?? OrGrey(ImageNetMean, channels), Std ?? OrGrey(ImageNetStd, channels), Resize,
        (int)Math.Floor(imageSize / CropFraction), Interpolation, ApplyOrientation)
    {
        CropRounding = CropRounding.HalfToEven,
    };

    private static ImageInterpolation FilterOf(ConfigJson file, string path) => file.String(path) switch
    {
        null or "bicubic" => ImageInterpolation.Bicubic,
        "bilinear" => ImageInterpolation.Bilinear,
        "lanczos" => ImageInterpolation.Lanczos,
        "nearest" => ImageInterpolation.Nearest,
        "box" => ImageInterpolation.Box,
        "hamming" => ImageInterpolation.Hamming,
        "random" => throw file.Unexpected(
            path, file.TryFind(path)!.Value, "one filter: a network is not judged by chance. Write \"bilinear\" or \"bicubic\""),
        _ => throw file.Unexpected(path, file.TryFind(path)!.Value, "bicubic, bilinear, lanczos, nearest, box or hamming"),
    };
}
