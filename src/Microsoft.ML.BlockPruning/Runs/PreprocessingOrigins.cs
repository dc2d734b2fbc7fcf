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

    /// <summary>Each part from config.json, or from the default where it is silent.</summary>
    /// <param name="config">What it says; null where there is none.</param>
    public static PreprocessingOrigins OfConfig(CheckpointConfig? config) => new(
        Resize: (config?.IsSquashed == true ? "config.json, crop_mode; " : "") + Of(config?.CropFraction is not null, "crop_pct"),
        Filter: Of(config?.Interpolation is not null, "interpolation"),
        Mean: Of(config?.Mean is not null, "mean"),
        Std: Of(config?.Std is not null, "std"),
        Orientation: "the default");

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
            ImageResize.Exact => string.Create(CultureInfo.InvariantCulture, $"to {target}x{target} pixels, whatever the proportions"),
            _ => "none",
        };
        return
        [
            Step("input", $"{square} pixels, {channels}", Tensors),
            Step("resize", resize, Resize),
            Step("crop", target == size ? "none beyond a square" : $"the centre of {square} pixels", Tensors),
            Step("filter", preprocessing.Interpolation.ToString().ToLowerInvariant(), Filter),
            Step("mean", Text(preprocessing.Mean), Mean),
            Step("std", Text(preprocessing.Std), Std),
            Step(OrientationStep, OrientationOf(preprocessing.ApplyOrientation), Orientation),
        ];
    }

    /// <summary>What becomes of a file's EXIF orientation.</summary>
    public static string OrientationOf(bool isApplied) => isApplied ? "turned as EXIF says" : "EXIF is passed over, as timm does";

    private static string Of(bool isInFile, string key) =>
        isInFile ? $"config.json, {key}" : $"the default, config.json has no {key}";

    private static PreprocessingOrigins AllFrom(string origin) => new(origin, origin, origin, origin, origin);

    private static PreprocessingReport Step(string name, string value, string origin) =>
        new() { Name = name, Value = value, Origin = origin };

    private static string Text(IEnumerable<float> values) =>
        string.Join(", ", values.Select(value => value.ToString(CultureInfo.InvariantCulture)));
}
