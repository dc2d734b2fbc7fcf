using Microsoft.ML.Data;

namespace Microsoft.ML.BlockPruning.Imaging;

/// <summary>Turns one image into the floats that the network reads.</summary>
/// <remarks>
/// Destinations are [channels, imageSize, imageSize] float32, planar, normalised; overwritten. Bad pixels end in an
/// <see cref="InvalidDataException"/> that says what was found. Keeps small buffers, so one instance serves one thread.
/// </remarks>
internal sealed class ImageTensorWriter
{
    private readonly ImagePreprocessing _preprocessing;
    private readonly long _maximumPixels;
    private readonly ImageDecoder _decoder;
    private readonly ImageResampler _resampler;
    private readonly float[] _normalized; // [channels, 256]: the value of each byte
    private readonly byte[] _square;

    /// <summary>Prepares.</summary>
    /// <param name="preprocessing">What the network expects.</param>
    /// <param name="maximumPixels">Of an image, at most.</param>
    public ImageTensorWriter(ImagePreprocessing preprocessing, long maximumPixels = ImageFile.DefaultMaximumPixels)
    {
        _preprocessing = preprocessing;
        _maximumPixels = maximumPixels;
        _decoder = new ImageDecoder(maximumPixels);
        _resampler = new ImageResampler(preprocessing, maximumPixels);
        _normalized = new float[preprocessing.Channels * 256];
        _square = new byte[preprocessing.Channels * preprocessing.ImageSize * preprocessing.ImageSize];
        for (int i = 0; i < _normalized.Length; i++)
        {
            _normalized[i] = Normalize(i % 256, i / 256);
        }
    }

    /// <summary>Values of one image.</summary>
    public int Length => _square.Length;

    /// <summary>Bytes that stay between two images and depend on their sizes.</summary>
    public int KeptBytes => _decoder.KeptBytes + _resampler.KeptBytes;

    /// <summary>From an encoded image, such as the bytes of a PNG or JPEG file.</summary>
    public void WriteEncoded(ReadOnlySpan<byte> bytes, Span<float> destination)
    {
        using var image = _decoder.Decode(bytes);
        Write(
            _preprocessing.ApplyOrientation
                ? new PixelRows(image.Pixels, image.Width, image.Height, redOffset: 2, image.Origin)
                : new PixelRows(image.Pixels, image.Width, image.Height, redOffset: 2),
            destination);
    }

    /// <summary>From a decoded image, which stays its owner's.</summary>
    public void WriteImage(MLImage? image, Span<float> destination)
    {
        if (image is null)
        {
            throw new InvalidDataException("the image is missing (null); filter such rows out first.");
        }

        int redOffset = image.PixelFormat switch
        {
            MLPixelFormat.Bgra32 => 2,
            MLPixelFormat.Rgba32 => 0,
            _ => throw new InvalidDataException($"the image's pixel format is {image.PixelFormat}; Bgra32 and Rgba32 can be read."),
        };
        ImageLimit.Check(image.Width, image.Height, _maximumPixels);
        Write(new PixelRows(image.Pixels, image.Width, image.Height, redOffset), destination);
    }

    /// <summary>From values of 0 to 255, [channels, imageSize, imageSize], as ML.NET's ExtractPixels yields them.</summary>
    /// <remarks>
    /// What is above 255 has 16 bits, or is no picture; what is negative was normalised. An image whose largest value is above 0 and at
    /// most 1 was scaled: next to no picture of bytes is that dark. All zeros are black in either scale, and all ones are one colour that
    /// tells no scale; both are read.
    /// </remarks>
    public void WriteValues(ReadOnlySpan<float> values, Span<float> destination)
    {
        int size = _preprocessing.ImageSize, channels = _preprocessing.Channels;
        if (values.Length != Length)
        {
            throw new InvalidDataException(
                $"the vector has {values.Length} values, but the network reads {channels}x{size}x{size} = {Length}.");
        }

        int plane = size * size;
        float smallest = byte.MaxValue, largest = 0;
        for (int i = 0; i < values.Length; i++)
        {
            float value = values[i];
            if (!(value >= 0 && value <= byte.MaxValue))
            {
                throw new InvalidDataException(
                    $"value {i} (channel {i / plane}, row {i % plane / size}, column {i % size}) is {value}; "
                    + "pixels are finite numbers of 0 to 255.");
            }

            smallest = value < smallest ? value : smallest;
            largest = value > largest ? value : largest;
            destination[i] = Normalize(value, i / plane);
        }

        if (largest is > 0 and <= 1 && smallest < 1)
        {
            throw new InvalidDataException(
                $"all pixels are at most 1; pixels of 0 to 255 are needed (the largest here is {largest}), as ExtractPixels gives them "
                + "without scaleImage and offsetImage: leave these out, or multiply by 255.");
        }
    }

    private void Write(PixelRows image, Span<float> destination)
    {
        int size = _preprocessing.ImageSize;
        if (_preprocessing.Resize != ImageResize.None)
        {
            _resampler.Resize(image, _square);
        }
        else if (image.Width == size && image.Height == size)
        {
            int stride = size * _preprocessing.Channels;
            for (int y = 0; y < size; y++)
            {
                image.Read(y, _preprocessing.Channels, _square.AsSpan(y * stride, stride));
            }
        }
        else
        {
            throw new InvalidDataException(
                $"the image is {image.Width}x{image.Height} pixels, but the network reads {size}x{size} and the preprocessing says not to "
                + "resize; add ResizeImages, or set a preprocessing that resizes.");
        }

        Normalize(_square, destination);
    }

    /// <summary>Interleaved bytes to planar floats.</summary>
    private void Normalize(ReadOnlySpan<byte> pixels, Span<float> destination)
    {
        int channels = _preprocessing.Channels, plane = pixels.Length / channels;
        for (int c = 0; c < channels; c++)
        {
            var table = _normalized.AsSpan(c * 256, 256);
            var target = destination.Slice(c * plane, plane);
            for (int i = 0; i < plane; i++)
            {
                target[i] = table[pixels[(i * channels) + c]];
            }
        }
    }

    private float Normalize(float value, int channel) => ((value / 255f) - _preprocessing.Mean[channel]) / _preprocessing.Std[channel];
}
