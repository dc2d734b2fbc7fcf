using SkiaSharp;

namespace Microsoft.ML.BlockPruning.Imaging;

/// <summary>Decoded pixels, read by rows in the direction in which they are looked at.</summary>
internal readonly ref struct PixelRows
{
    private readonly ReadOnlySpan<byte> _pixels;
    private readonly int _redOffset;
    private readonly int _origin; // the stored pixel that is seen at the top left
    private readonly int _right; // stored pixels from one that is seen to the one right of it
    private readonly int _down; // and to the one below it

    /// <summary>Prepares to read.</summary>
    /// <param name="pixels">[height, width, 4], green second, alpha last.</param>
    /// <param name="width">In pixels, as stored.</param>
    /// <param name="height">In pixels, as stored.</param>
    /// <param name="redOffset">0 where red comes first, 2 where blue does.</param>
    /// <param name="origin">Where the first stored pixel is seen; EXIF's eight.</param>
    public PixelRows(ReadOnlySpan<byte> pixels, int width, int height, int redOffset, SKEncodedOrigin origin = SKEncodedOrigin.TopLeft)
    {
        _pixels = pixels[..(width * height * ImageLimit.BytesPerPixel)];
        _redOffset = redOffset;
        int right = width - 1, bottom = (height - 1) * width;
        (_origin, _right, _down) = origin switch
        {
            SKEncodedOrigin.TopRight => (right, -1, width),
            SKEncodedOrigin.BottomRight => (bottom + right, -1, -width),
            SKEncodedOrigin.BottomLeft => (bottom, 1, -width),
            SKEncodedOrigin.LeftTop => (0, width, 1),
            SKEncodedOrigin.RightTop => (bottom, -width, 1),
            SKEncodedOrigin.RightBottom => (bottom + right, -width, -1),
            SKEncodedOrigin.LeftBottom => (right, width, -1),
            _ => (0, 1, width),
        };
        (Width, Height) = origin >= SKEncodedOrigin.LeftTop ? (height, width) : (width, height); // the last four lie on their side
    }

    /// <summary>In pixels, as seen.</summary>
    public int Width { get; }

    /// <summary>In pixels, as seen.</summary>
    public int Height { get; }

    /// <summary>Four bytes a pixel to one (luma) or three (RGB), interleaved; alpha is dropped, as Pillow's <c>convert</c> does.</summary>
    /// <param name="y">The row, as seen.</param>
    /// <param name="channels">1 or 3.</param>
    /// <param name="row">[width, channels], overwritten.</param>
    public void Read(int y, int channels, Span<byte> row)
    {
        int from = (_origin + (y * _down)) * ImageLimit.BytesPerPixel;
        int step = _right * ImageLimit.BytesPerPixel;
        for (int at = 0; at < row.Length; at += channels)
        {
            var pixel = _pixels.Slice(from, 3);
            byte r = pixel[_redOffset], g = pixel[1], b = pixel[2 - _redOffset];
            if (channels == 1)
            {
                row[at] = (byte)(((r * 19595) + (g * 38470) + (b * 7471) + 0x8000) >> 16); // ITU-R 601 luma in Pillow's fixed point
            }
            else
            {
                row[at] = r;
                row[at + 1] = g;
                row[at + 2] = b;
            }

            from += step;
        }
    }
}
