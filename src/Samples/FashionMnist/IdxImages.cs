namespace FashionMnist;

/// <summary>Grey images as an IDX file of rank 3 holds them.</summary>
public sealed class IdxImages
{
    /// <summary>Wraps pixels that are already in memory.</summary>
    /// <param name="count">Number of images.</param>
    /// <param name="height">Rows of one image.</param>
    /// <param name="width">Columns of one image.</param>
    /// <param name="pixels">[count, height, width], 0 to 255; kept, not copied.</param>
    /// <exception cref="ArgumentException">The array is not count × height × width long.</exception>
    public IdxImages(int count, int height, int width, byte[] pixels)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(height);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        ArgumentNullException.ThrowIfNull(pixels);
        if (pixels.LongLength != (long)count * height * width)
        {
            throw new ArgumentException($"{pixels.Length} pixels are not {count} images of {height}x{width}.", nameof(pixels));
        }

        Count = count;
        Height = height;
        Width = width;
        Pixels = pixels;
    }

    /// <summary>Number of images.</summary>
    public int Count { get; }

    /// <summary>Rows of one image.</summary>
    public int Height { get; }

    /// <summary>Columns of one image.</summary>
    public int Width { get; }

    /// <summary>[count, height, width], 0 (background) to 255.</summary>
    public byte[] Pixels { get; }

    /// <summary>The pixels of one image.</summary>
    /// <param name="index">Which image, from 0.</param>
    /// <returns>[height, width].</returns>
    public ReadOnlySpan<byte> this[int index] => Pixels.AsSpan(index * Height * Width, Height * Width);
}
