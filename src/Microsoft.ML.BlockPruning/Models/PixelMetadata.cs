using System.Text.Json.Serialization;
using Microsoft.ML.BlockPruning.Imaging;

namespace Microsoft.ML.BlockPruning.Models;

/// <summary>An <see cref="ImagePreprocessing"/> as the metadata of a file spells it; its size and channels are the network's.</summary>
/// <remarks>
/// What was not there from the beginning is written only where it is other than its default: readers that know nothing of it read all
/// other files.
/// </remarks>
/// <param name="Mean">[channels].</param>
/// <param name="Std">[channels].</param>
/// <param name="Resize">How the image becomes a square.</param>
/// <param name="ResizeSize">To which size, in pixels.</param>
/// <param name="Interpolation">By which filter.</param>
/// <param name="ApplyOrientation">Whether a file is turned as EXIF says.</param>
/// <param name="ResizeWidth">In pixels; null: the size.</param>
/// <param name="CropRounding">Null: as the way to resize has it by default.</param>
internal sealed record PixelMetadata(
    float[] Mean, float[] Std, ImageResize Resize, int ResizeSize, ImageInterpolation Interpolation,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] bool ApplyOrientation = false,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] int? ResizeWidth = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] CropRounding? CropRounding = null)
{
    /// <summary>Of a preprocessing.</summary>
    public static PixelMetadata Of(ImagePreprocessing pixels)
    {
        var usual = new PixelMetadata(
            [.. pixels.Mean], [.. pixels.Std], pixels.Resize, pixels.ResizeSize, pixels.Interpolation, pixels.ApplyOrientation);
        var plain = usual.For(pixels.ImageSize, pixels.Channels);
        return usual with
        {
            ResizeWidth = pixels.ResizeWidth == plain.ResizeWidth ? null : pixels.ResizeWidth,
            CropRounding = pixels.CropRounding == plain.CropRounding ? null : pixels.CropRounding,
        };
    }

    /// <summary>The preprocessing of a network.</summary>
    /// <exception cref="ArgumentException">The values make none.</exception>
    public ImagePreprocessing For(int imageSize, int channels)
    {
        var plain = new ImagePreprocessing(imageSize, channels, Mean, Std, Resize, ResizeSize, Interpolation, ApplyOrientation);
        return ResizeWidth is null && CropRounding is null ? plain : new ImagePreprocessing(
            imageSize, channels, Mean, Std, Resize, ResizeSize, Interpolation, ApplyOrientation)
        {
            ResizeWidth = ResizeWidth ?? plain.ResizeWidth,
            CropRounding = CropRounding ?? plain.CropRounding,
        };
    }
}
