using SkiaSharp;

namespace Microsoft.ML.BlockPruning.Fuzz.Seeding;

/// <summary>Pictures of noise.</summary>
internal static class Pictures
{
    private const int Quality = 80;

    /// <summary>A PNG file of the network's size.</summary>
    public static byte[] Png(int seed) => Encoded(SKEncodedImageFormat.Png, TinyNetwork.ImageSize, TinyNetwork.ImageSize, seed);

    /// <summary>A file of a format that Skia writes.</summary>
    public static byte[] Encoded(SKEncodedImageFormat format, int width, int height, int seed)
    {
        var random = new Random(seed);
        using var bitmap = new SKBitmap(width, height, SKColorType.Bgra8888, SKAlphaType.Unpremul);
        for (int y = 0; y < height; y++)
        {
            for (int x = 0; x < width; x++)
            {
                bitmap.SetPixel(x, y, new SKColor((byte)random.Next(256), (byte)random.Next(256), (byte)random.Next(256)));
            }
        }

        using var data = bitmap.Encode(format, Quality);
        return data.ToArray();
    }
}
