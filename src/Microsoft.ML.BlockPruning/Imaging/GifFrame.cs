namespace Microsoft.ML.BlockPruning.Imaging;

/// <summary>The first frame of a GIF file, and the colour of what it leaves open.</summary>
/// <remarks>
/// GIF says "transparent" by an entry of its table, and Pillow's <c>convert("RGB")</c> shows that entry's colour; around a frame that
/// is smaller than the canvas it shows the same, or the first entry's where nothing is transparent. The decoder would give black.
/// </remarks>
/// <param name="Left">On the canvas, in pixels.</param>
/// <param name="Top">On the canvas, in pixels.</param>
/// <param name="Width">In pixels.</param>
/// <param name="Height">In pixels.</param>
internal readonly record struct GifFrame(int Left, int Top, int Width, int Height)
{
    /// <summary>Where in the file the flags stand that make an entry transparent; null where none is.</summary>
    public int? TransparencyAt { get; init; }

    /// <summary>Of the transparent entry, else of the first.</summary>
    public byte Red { get; init; }

    /// <summary>As <see cref="Red"/>.</summary>
    public byte Green { get; init; }

    /// <summary>As <see cref="Red"/>.</summary>
    public byte Blue { get; init; }

    /// <summary>Makes the transparent entry a colour like any other.</summary>
    /// <param name="file">A copy of the file.</param>
    public void MakeOpaque(Span<byte> file)
    {
        if (TransparencyAt is { } at)
        {
            file[at] &= 0xFE;
        }
    }

    /// <summary>Paints what lies around the frame.</summary>
    /// <param name="pixels">[height, width, 4] blue, green, red, alpha.</param>
    /// <param name="width">Of the canvas, in pixels.</param>
    public void PaintAround(Span<byte> pixels, int width)
    {
        int height = pixels.Length / (width * ImageLimit.BytesPerPixel);
        if (Left == 0 && Top == 0 && Width == width && Height == height)
        {
            return;
        }

        for (int y = 0; y < height; y++)
        {
            bool isBeside = y < Top || y >= Top + Height;
            for (int x = 0; x < width; x++)
            {
                if (isBeside || x < Left || x >= Left + Width)
                {
                    var pixel = pixels.Slice(((y * width) + x) * ImageLimit.BytesPerPixel, ImageLimit.BytesPerPixel);
                    (pixel[0], pixel[1], pixel[2], pixel[3]) = (Blue, Green, Red, byte.MaxValue);
                }
            }
        }
    }
}
