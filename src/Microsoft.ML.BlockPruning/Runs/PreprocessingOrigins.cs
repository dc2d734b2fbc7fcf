using System.Globalization;
using Microsoft.ML.BlockPruning.Checkpoints.Configuration;
using Microsoft.ML.BlockPruning.Imaging;
using Microsoft.ML.BlockPruning.Runs.Reports;

namespace Microsoft.ML.BlockPruning.Runs;

/// <summary>Where the parts of a preprocessing come from, in words.</summary>
internal sealed record PreprocessingOrigins(string Resize, string Filter, string Mean, string Std, string Orientation)
{
    /// <summary>The step that says whether EXIF turns a file's image.</summary>
    public const string OrientationStep = "orientation";

    private const string Tensors = "the network's tensors";

    /// <summary>All of it from the caller.</summary>
    public static PreprocessingOrigins Options { get; } = AllFrom("Options.Preprocessing");

    /// <summary>All of it from a pruned network, which does not say where it had it from.</summary>
    public static PreprocessingOrigins ModelFile { get; } = AllFrom("the model file");

    /// <summary>Who says how large the centre is.</summary>
    public string Crop { get; init; } = Tensors;

    /// <summary>Each part from a file beside the network, or from the default where there is none.</summary>
    /// <param name="pixels">What the file says; null where there is none.</param>
    public static PreprocessingOrigins OfConfig(PixelConfig? pixels) => pixels?.Origins is { } origins
        ? new(origins.Resize, origins.Filter, origins.Mean, origins.Std, origins.Orientation) { Crop = origins.Crop ?? Tensors }
        : new(Default("crop_pct"), Default("interpolation"), Default("mean"), Default("std"), Orientation: "the default");

    /// <summary>The same for a column of pixels, which are normalised and nothing else.</summary>
    public PreprocessingOrigins OfPixels()
    {
        const string not = "; not done to pixels, which this column holds";
        return this with { Resize = Resize + not, Filter = Filter + not, Orientation = Orientation + not };
    }

    /// <summary>The steps of a preprocessing with their origins.</summary>
    public IReadOnlyList<PreprocessingReport> Describe(ImagePreprocessing preprocessing)
    {
        int size = preprocessing.ImageSize, target = preprocessing.ResizeSize;
        string square = string.Create(CultureInfo.InvariantCulture, $"{size}x{size}");
        string channels = preprocessing.Channels == 1 ? "1 channel (grey)" : "3 channels (RGB)";
        string resize = preprocessing.Resize switch
        {
            ImageResize.ShortestSide => string.Create(CultureInfo.InvariantCulture, $"shortest side to {target} pixels"),
            ImageResize.Exact => string.Create(
                CultureInfo.InvariantCulture, $"to {preprocessing.ResizeWidth}x{target} pixels, whatever the proportions"),
            ImageResize.LongestSide => string.Create(CultureInfo.InvariantCulture, $"longest side to {target} pixels"),
            _ => "none",
        };
        return
        [
            Step("input", $"{square} pixels, {channels}", Tensors),
            Step("resize", resize, Resize),
            Step("crop", CropOf(preprocessing, square), Crop),
            Step("filter", preprocessing.Interpolation.ToString().ToLowerInvariant(), Filter),
            Step("mean", Text(preprocessing.Mean), Mean),
            Step("std", Text(preprocessing.Std), Std),
            Step(OrientationStep, OrientationOf(preprocessing.ApplyOrientation), Orientation),
        ];
    }

    /// <summary>What becomes of a file's EXIF orientation.</summary>
    public static string OrientationOf(bool isApplied) => isApplied ? "turned as EXIF says" : "EXIF is passed over, as timm does";

    private static string CropOf(ImagePreprocessing preprocessing, string square)
    {
        int size = preprocessing.ImageSize, least = Math.Min(preprocessing.ResizeSize, preprocessing.ResizeWidth);
        return preprocessing.Resize switch
        {
            ImageResize.LongestSide => $"the centre of {square} pixels, filled up with the colour of the mean",
            _ when least < size => $"the centre of {square} pixels, filled up with black",
            _ when least == size && preprocessing.ResizeWidth == preprocessing.ResizeSize => "none beyond a square",
            _ => $"the centre of {square} pixels",
        };
    }

    private static string Default(string key) => $"the default, config.json has no {key}";

    private static PreprocessingOrigins AllFrom(string origin) => new(origin, origin, origin, origin, origin);

    private static PreprocessingReport Step(string name, string value, string origin) =>
        new() { Name = name, Value = value, Origin = origin };

    private static string Text(IEnumerable<float> values) =>
        string.Join(", ", values.Select(value => value.ToString(CultureInfo.InvariantCulture)));
}
