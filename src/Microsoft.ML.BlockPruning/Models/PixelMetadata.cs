using System.Text.Json.Serialization;
using Microsoft.ML.BlockPruning.Imaging;

namespace Microsoft.ML.BlockPruning.Models;

/// <summary>An <see cref="ImagePreprocessing"/> as the metadata of a file spells it; its size and channels are the network's.</summary>
/// <remarks>The orientation is written only where it is applied: readers that know nothing of it read all other files.</remarks>
internal sealed record PixelMetadata(
    float[] Mean, float[] Std, ImageResize Resize, int ResizeSize, ImageInterpolation Interpolation,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] bool ApplyOrientation = false)
{
    public static PixelMetadata Of(ImagePreprocessing pixels) => new(
        [.. pixels.Mean], [.. pixels.Std], pixels.Resize, pixels.ResizeSize, pixels.Interpolation, pixels.ApplyOrientation);
}
