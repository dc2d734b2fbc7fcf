using SkiaSharp;

namespace Microsoft.ML.BlockPruning.Imaging;

/// <summary>An image in a decoder's memory, which dispose gives back.</summary>
internal readonly ref struct DecodedImage(ScratchBuffer memory, ReadOnlySpan<byte> pixels, int width, int height, SKEncodedOrigin origin)
{
    /// <summary>[height, width, 4] blue, green, red, alpha.</summary>
    public ReadOnlySpan<byte> Pixels { get; } = pixels;

    /// <summary>In pixels, as stored.</summary>
    public int Width { get; } = width;

    /// <summary>In pixels, as stored.</summary>
    public int Height { get; } = height;

    /// <summary>Where the first pixel belongs when the image is looked at.</summary>
    public SKEncodedOrigin Origin { get; } = origin;

    public void Dispose() => memory.Return();
}
