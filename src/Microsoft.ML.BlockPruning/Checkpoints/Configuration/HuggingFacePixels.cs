using Microsoft.ML.BlockPruning.Imaging;

namespace Microsoft.ML.BlockPruning.Checkpoints.Configuration;

/// <summary>Hugging Face's preprocessing: resize, centre, rescale, normalise; each step may be left out.</summary>
/// <remarks>The arithmetic is its processors' on Pillow: those on torchvision's tensors differ by a grey level here and there.</remarks>
internal sealed record HuggingFacePixels : PixelConfig
{
    /// <summary>Why an image file is turned.</summary>
    public const string TurnedByPipelines = "Hugging Face's pipelines, which turn";

    /// <summary>How the image becomes a square.</summary>
    public required ImageResize Resize { get; init; }

    /// <summary>Of the side that is resized, in pixels; both sides': the height.</summary>
    public required int Height { get; init; }

    /// <summary>The width to resize to, in pixels, where both sides are.</summary>
    public required int Width { get; init; }

    /// <summary>Width and height of what comes out by its own sizes, in pixels; null where that is not one number.</summary>
    public required int? OwnSize { get; init; }

    /// <summary>The filter.</summary>
    public required ImageInterpolation Filter { get; init; }

    /// <summary>[channels] or one number for all, of values that were multiplied by <see cref="RescaleFactor"/>; null: as usual.</summary>
    public float[]? Mean { get; init; }

    /// <summary>[channels] or one number for all; null: as usual.</summary>
    public float[]? Std { get; init; }

    /// <summary>What is usual where the file is silent.</summary>
    public required ProcessorDefaults Usual { get; init; }

    /// <summary>What bytes are multiplied by before they are normalised.</summary>
    public required double RescaleFactor { get; init; }

    /// <summary>What it asks for that is not done here; the message of the refusal.</summary>
    public string? Refusal { get; init; }

    /// <inheritdoc/>
    public override ImagePreprocessing For(int imageSize, int channels)
    {
        if (Refusal is not null)
        {
            throw new InvalidDataException(Refusal);
        }

        int Scaled(int side) => OwnSize is { } own && own != imageSize
            ? (int)Math.Clamp(Math.Round((double)side * imageSize / own), 1, int.MaxValue)
            : side;
        int height = Scaled(Height);
        return new ImagePreprocessing(
            imageSize, channels, [.. Values(Mean, Usual.Mean, channels).Select(Unscaled)],
            [.. Values(Std, Usual.Std, channels).Select(Unscaled)], Resize, height, Filter, applyOrientation: true)
        {
            ResizeWidth = Resize switch
            {
                ImageResize.Exact => Scaled(Width),
                ImageResize.None => imageSize,
                _ => height,
            },
            CropRounding = CropRounding.Down,
        };
    }

    // (f·byte − m) / s = (byte / 255 − m / 255f) / (s / 255f): pixels in 0..1 are what the library normalises.
    private float Unscaled(float value) => Math.Abs((RescaleFactor * 255) - 1) < 1e-7 ? value : (float)(value / (255 * RescaleFactor));

    private static float[] Values(float[]? own, float[] usual, int channels) => own switch
    {
        null => OrGrey(usual, channels),
        [var one] => [.. Enumerable.Repeat(one, channels)],
        _ => own,
    };
}
