using Microsoft.ML.BlockPruning.Imaging;
using Microsoft.ML.BlockPruning.Networks.Families;
using Microsoft.ML.BlockPruning.Runs;

namespace Microsoft.ML.BlockPruning.Checkpoints.Configuration;

/// <summary>The preprocessing where the caller names none.</summary>
internal static class DefaultPreprocessing
{
    /// <summary>What config.json says; timm's default where it is silent.</summary>
    /// <returns>The preprocessing, and where each part of it comes from.</returns>
    /// <exception cref="InvalidDataException">config.json asks for what this library does not do.</exception>
    public static (ImagePreprocessing Preprocessing, PreprocessingOrigins Origins) Of(
        CheckpointConfig? checkpoint, ViTConfig network, string modelPath)
    {
        var fallback = ImagePreprocessing.ImageNet(network.ImageSize, network.Channels);
        var origins = new PreprocessingOrigins(
            Resize: (checkpoint?.IsSquashed == true ? "config.json, crop_mode; " : "")
                + PreprocessingOrigins.Of(checkpoint?.CropFraction is not null, "crop_pct"),
            Filter: PreprocessingOrigins.Of(checkpoint?.Interpolation is not null, "interpolation"),
            Mean: PreprocessingOrigins.Of(checkpoint?.Mean is not null, "mean"),
            Std: PreprocessingOrigins.Of(checkpoint?.Std is not null, "std"),
            Orientation: "the default");
        if (checkpoint is null)
        {
            return (fallback, origins);
        }

        try
        {
            // timm: floor(size / crop_pct), then the centre.
            int resizeSize = checkpoint.CropFraction is { } crop ? (int)Math.Floor(network.ImageSize / crop) : fallback.ResizeSize;
            var preprocessing = new ImagePreprocessing(
                network.ImageSize, network.Channels, checkpoint.Mean ?? fallback.Mean, checkpoint.Std ?? fallback.Std,
                checkpoint.IsSquashed ? Squash(network.ImageSize, resizeSize) : ImageResize.ShortestSide,
                resizeSize, InterpolationOf(checkpoint.Interpolation));
            return (preprocessing, origins);
        }
        catch (ArgumentException error)
        {
            throw new InvalidDataException(
                $"The config.json beside '{modelPath}' asks for a preprocessing that cannot be: {error.Message} Set Options.Preprocessing.",
                error);
        }
    }

    // timm rounds the centre's start to even, ImageResize.Exact rounds it down.
    private static ImageResize Squash(int size, int resizeSize) => (resizeSize - size) % 4 != 3
        ? ImageResize.Exact
        : throw new ArgumentException($"Its crop_mode is 'squash' from {resizeSize} to {size}, which cannot be cut out as timm does.");

    private static ImageInterpolation InterpolationOf(string? name) => name switch
    {
        null or "bicubic" => ImageInterpolation.Bicubic,
        "bilinear" => ImageInterpolation.Bilinear,
        _ => throw new ArgumentException($"Its interpolation is '{name}'; bicubic and bilinear are known."),
    };
}
