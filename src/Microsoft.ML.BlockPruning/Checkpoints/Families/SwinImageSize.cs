using System.Globalization;
using System.Text.Json;

namespace Microsoft.ML.BlockPruning.Checkpoints.Families;

/// <summary>
/// How large the images of a Swin transformer are, which no weight tells: it has no positions. The caller goes first, then the
/// preprocessing in the folder, config.json, the mask of an old file, and the convention.
/// </summary>
/// <param name="tensors">The file's tensors.</param>
/// <param name="around">What lies around the file; is told what was taken, and what assumed.</param>
internal sealed class SwinImageSize(ViTTensors tensors, Surroundings around)
{
    private const string Mask = "layers.0.blocks.1.attn_mask";
    private const int DefaultSize = 224;

    /// <summary>Width and height in pixels.</summary>
    /// <param name="patchSize">Of a patch, in pixels.</param>
    /// <param name="window">Side of a window of the first stage.</param>
    public int Of(int patchSize, int window)
    {
        var (size, origin) = around switch
        {
            { ImageSize: { } said } => (said, "the caller"),
            { PixelSize: { } pixels } => (pixels, "the preprocessing beside the network"),
            { Config.NetworkSize: { } network } => (network, "config.json"),
            _ when OfConfig() is { } image => (image, "config.json, image_size"),
            _ when OfMask(patchSize, window) is { } masked => (masked, $"windows of the file's {Mask}"),
            _ => (DefaultSize, "convention"),
        };
        if (origin == "convention")
        {
            around.Findings.Notes.Add(
                $"Nothing says the size of the images: {size}x{size} pixels are taken, as is usual. If the network was made for others, "
                + "its answers are worse: set Options.ImageSize (--image-size), or put a config.json with {\"image_size\": N} beside "
                + "the file.");
        }

        around.Findings.Tell("image size", size.ToString(CultureInfo.InvariantCulture), origin);
        return size;
    }

    private int? OfConfig() => around.Facts.FirstOrDefault(fact => fact.Key == "image_size") is { Value: var value }
        && value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int size) && size > 0
        ? size
        : null;

    // [windows, slots, slots]: that of the first shifted block.
    private int? OfMask(int patchSize, int window)
    {
        long windows = tensors.Canonical.Find(Mask) is { Shape: [var count, _, _] } ? count : 0;
        long perSide = ViTTensors.Root(windows), size = perSide * window * patchSize;
        return windows > 0 && perSide * perSide == windows && size <= int.MaxValue ? (int)size : null;
    }
}
