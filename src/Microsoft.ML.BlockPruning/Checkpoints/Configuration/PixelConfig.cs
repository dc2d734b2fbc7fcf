using Microsoft.ML.BlockPruning.Imaging;

namespace Microsoft.ML.BlockPruning.Checkpoints.Configuration;

/// <summary>What a file beside a network says of images: how they are resized, cut out and normalised, and which key says so.</summary>
internal abstract record PixelConfig
{
    /// <summary>[3] ImageNet's mean, of values in [0, 1].</summary>
    public static readonly float[] ImageNetMean = [0.485f, 0.456f, 0.406f];

    /// <summary>[3] ImageNet's deviation.</summary>
    public static readonly float[] ImageNetStd = [0.229f, 0.224f, 0.225f];

    /// <summary>Width and height of what comes out, in pixels; null where it is not said.</summary>
    public int? ImageSize { get; init; }

    /// <summary>Which key says what.</summary>
    public required PixelOrigins Origins { get; init; }

    /// <summary>What a user should know.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>The preprocessing of a network.</summary>
    /// <param name="imageSize">Width and height that the network reads; where the file is of another, its sizes are in proportion.</param>
    /// <param name="channels">1 (grey) or 3 (RGB).</param>
    /// <exception cref="ArgumentException">The values make none.</exception>
    /// <exception cref="InvalidDataException">It asks for what is not done here; names file and key.</exception>
    public abstract ImagePreprocessing For(int imageSize, int channels);

    /// <summary>Statistics of colours, of which a grey network takes the middle.</summary>
    private protected static float[] OrGrey(float[] values, int channels) => channels == 1 && values.Length == 3 ? [0.5f] : values;
}

/// <summary>Where each part of a preprocessing comes from, in words such as <c>config.json, mean</c>.</summary>
/// <param name="Resize">The size to resize to.</param>
/// <param name="Crop">The size of the centre; null: the network's.</param>
/// <param name="Filter">The filter.</param>
/// <param name="Mean">The mean.</param>
/// <param name="Std">The deviation.</param>
/// <param name="Orientation">Whether EXIF turns an image.</param>
internal sealed record PixelOrigins(string Resize, string? Crop, string Filter, string Mean, string Std, string Orientation);
