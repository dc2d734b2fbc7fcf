using Microsoft.ML.Data;

namespace Microsoft.ML.BlockPruning.Imaging;

/// <summary>Turns one image into the floats that the network reads.</summary>
/// <remarks>
/// Destinations are [channels, imageSize, imageSize] float32, planar, normalised; overwritten. Bad pixels end in an
/// <see cref="InvalidDataException"/> that says what was found. Keeps buffers, so one instance serves one thread.
/// </remarks>
internal sealed class ImageTensorWriter
{
    private readonly ImagePreprocessing _preprocessing;
    private readonly ImageDecoder _decoder = new();
    private readonly ImageResampler _resampler;
    private readonly float[] _normalized; // [channels, 256]: the value of each byte
    private readonly byte[] _square;
    private byte[] _pixels = [];

    public ImageTensorWriter(ImagePreprocessing preprocessing)
    {
        _preprocessing = preprocessing;
        _resampler = new ImageResampler(preprocessing);
        _normalized = new float[preprocessing.Channels * 256];
        _square = new byte[preprocessing.Channels * preprocessing.ImageSize * preprocessing.ImageSize];
        for (int i = 0; i < _normalized.Length; i++)
        {
            _normalized[i] = Normalize(i % 256, i / 256);
        }
    }

    /// <summary>Values of one image.</summary>
    public int Length => _square.Length;

    /// <summary>From an encoded image, such as the bytes of a PNG or JPEG file.</summary>
    public void WriteEncoded(ReadOnlySpan<byte> bytes, Span<float> destination)
    {
        var (pixels, width, height) = _decoder.Decode(bytes);
        Write(pixels.Span, width, height, redOffset: 2, destination);
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
        Write(image.Pixels, image.Width, image.Height, redOffset, destination);
    }

    /// <summary>From values of 0 to 255, [channels, imageSize, imageSize], as ML.NET's ExtractPixels yields them.</summary>
    public void WriteValues(ReadOnlySpan<float> values, Span<float> destination)
    {
        int size = _preprocessing.ImageSize, channels = _preprocessing.Channels;
        if (values.Length != Length)
        {
            throw new InvalidDataException(
                $"the vector has {values.Length} values, but the network reads {channels}x{size}x{size} = {Length}.");
        }

        int plane = size * size;
        for (int i = 0; i < values.Length; i++)
        {
            if (!float.IsFinite(values[i]))
            {
                throw new InvalidDataException(
                    $"value {i} (channel {i / plane}, row {i % plane / size}, column {i % size}) is {values[i]}; "
                    + "pixels are finite numbers of 0 to 255.");
            }

            destination[i] = Normalize(values[i], i / plane);
        }
    }

    private void Write(ReadOnlySpan<byte> source, int width, int height, int redOffset, Span<float> destination)
    {
        int size = _preprocessing.ImageSize;
        if (_preprocessing.Resize == ImageResize.None && (width != size || height != size))
        {
            throw new InvalidDataException(
                $"the image is {width}x{height} pixels, but the network reads {size}x{size} and the preprocessing says not to resize; "
                + "add ResizeImages, or set a preprocessing that resizes.");
        }

        int length = checked(width * height * _preprocessing.Channels);
        if (_pixels.Length < length)
        {
            _pixels = new byte[length];
        }

        var pixels = _pixels.AsSpan(0, length);
        Unpack(source[..checked(width * height * 4)], redOffset, pixels);
        if (_preprocessing.Resize == ImageResize.None)
        {
            Normalize(pixels, destination);
        }
        else
        {
            _resampler.Resize(pixels, width, height, _square);
            Normalize(_square, destination);
        }
    }

    /// <summary>Four bytes a pixel to one (luma) or three (RGB), interleaved; alpha is dropped, as Pillow's <c>convert</c> does.</summary>
    private void Unpack(ReadOnlySpan<byte> source, int redOffset, Span<byte> pixels)
    {
        for (int i = 0; i < source.Length / 4; i++)
        {
            byte r = source[(i * 4) + redOffset], g = source[(i * 4) + 1], b = source[(i * 4) + 2 - redOffset];
            if (_preprocessing.Channels == 1)
            {
                pixels[i] = (byte)(((r * 19595) + (g * 38470) + (b * 7471) + 0x8000) >> 16); // ITU-R 601 luma in Pillow's fixed point
            }
            else
            {
                pixels[i * 3] = r;
                pixels[(i * 3) + 1] = g;
                pixels[(i * 3) + 2] = b;
            }
        }
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
