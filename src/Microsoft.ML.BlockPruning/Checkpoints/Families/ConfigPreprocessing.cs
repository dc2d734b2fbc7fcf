using Microsoft.ML.BlockPruning.Checkpoints.Configuration;
using Microsoft.ML.BlockPruning.Imaging;

namespace Microsoft.ML.BlockPruning.Checkpoints.Families;

/// <summary>The preprocessing where the caller names none.</summary>
internal static class ConfigPreprocessing
{
    /// <summary>What config.json says.</summary>
    /// <param name="config">What it says; null where there is none.</param>
    /// <param name="fallback">The family's, where it is silent.</param>
    /// <param name="modelPath">The file that it lies beside, for messages.</param>
    /// <exception cref="InvalidDataException">config.json asks for what this library does not do.</exception>
    public static ImagePreprocessing Of(CheckpointConfig? config, ImagePreprocessing fallback, string modelPath)
    {
        if (config is null)
        {
            return fallback;
        }

        try
        {
            // timm: floor(size / crop_pct), then the centre.
            int size = fallback.ImageSize;
            int resizeSize = config.CropFraction is { } crop ? (int)Math.Floor(size / crop) : fallback.ResizeSize;
            return new ImagePreprocessing(
                size, fallback.Channels, config.Mean ?? fallback.Mean, config.Std ?? fallback.Std,
                config.IsSquashed ? Squash(size, resizeSize) : ImageResize.ShortestSide, resizeSize,
                InterpolationOf(config.Interpolation));
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
