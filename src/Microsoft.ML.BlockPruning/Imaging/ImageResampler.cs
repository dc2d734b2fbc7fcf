using System.Globalization;

namespace Microsoft.ML.BlockPruning.Imaging;

/// <summary>Resizes 8-bit images as Pillow does: first along the rows, rounded to 8 bits, then along the columns.</summary>
/// <remarks>
/// The resized image is never there as a whole, only the rows and columns of its centre; so its sides may be far from alike. Keeps small
/// buffers and the last weights, so one instance serves one thread.
/// </remarks>
/// <param name="preprocessing">The sizes and the filter.</param>
/// <param name="maximumPixels">Of an image, at most; its four bytes each are what the work may take besides.</param>
internal sealed class ImageResampler(ImagePreprocessing preprocessing, long maximumPixels)
{
    private const int Half = 1 << (ResampleWeights.PrecisionBits - 1);

    // Under a low limit of pixels ordinary images must still be enlarged.
    private const long LeastWork = 256L << 20;

    private readonly ScratchBuffer _row = new();
    private readonly ScratchBuffer _rows = new();
    private readonly byte[] _border = BorderOf(preprocessing); // [channels]
    private (int Width, int Height) _inputSize;
    private AxisWindow _across;
    private AxisWindow _down;
    private ResampleWeights? _horizontal;
    private ResampleWeights? _vertical;

    /// <summary>Bytes that stay between two images.</summary>
    public int KeptBytes => _row.KeptBytes + _rows.KeptBytes
        + (sizeof(int) * ((_horizontal?.Taps.Length ?? 0) + (_vertical?.Taps.Length ?? 0)));

    /// <summary>Resizes and cuts out the centre.</summary>
    /// <param name="input">The image.</param>
    /// <param name="output">[imageSize, imageSize, channels], interleaved; written.</param>
    /// <exception cref="InvalidDataException">The sides are so unlike that the work would take more memory than the image may.</exception>
    public void Resize(PixelRows input, Span<byte> output)
    {
        int channels = preprocessing.Channels;
        Prepare(input.Width, input.Height);
        int stride = _across.Count * channels, square = preprocessing.ImageSize * channels;
        FillBorder(output);

        // Only the rows that the second pass reads.
        var (horizontal, vertical) = (_horizontal!, _vertical!);
        int top = vertical.First[0];
        int count = vertical.First[^1] + vertical.Count[^1] - top;
        try
        {
            var row = _row.Rent(input.Width * channels);
            var rows = _rows.Rent(count * stride);
            for (int y = 0; y < count; y++)
            {
                input.Read(top + y, channels, row);
                ResizeRow(row, horizontal, rows.Slice(y * stride, stride), channels);
            }

            for (int y = 0; y < _down.Count; y++)
            {
                int at = ((_down.Before + y) * square) + (_across.Before * channels);
                MixRows(rows[((vertical.First[y] - top) * stride)..], vertical, y, output.Slice(at, stride));
            }
        }
        finally
        {
            _row.Return();
            _rows.Return();
            DropLargeWeights();
        }
    }

    /// <summary>Makes the weights of both axes, where those of the last image do not serve.</summary>
    private void Prepare(int width, int height)
    {
        if (_horizontal is not null && _vertical is not null && _inputSize == (width, height))
        {
            return;
        }

        var (across, down) = AxisWindow.Of(preprocessing, width, height);
        CheckWork(width, height, across.Target, down.Target); // it may throw: until then all is as the last image left it
        (_across, _down) = (across, down);
        (_horizontal, _vertical) = (WeightsOf(width, across), WeightsOf(height, down));
        _inputSize = (width, height);
    }

    /// <summary>Drops weights that are too many to be kept for an image that may not come.</summary>
    private void DropLargeWeights()
    {
        if (_horizontal!.Taps.Length + _vertical!.Taps.Length > ScratchBuffer.KeptAtMost / sizeof(int))
        {
            (_horizontal, _vertical) = (null, null);
        }
    }

    private ResampleWeights WeightsOf(int inputSize, AxisWindow window) =>
        new(inputSize, (int)window.Target, (int)window.First, window.Count, preprocessing.Interpolation);

    private void FillBorder(Span<byte> output)
    {
        if (_across.Count == preprocessing.ImageSize && _down.Count == preprocessing.ImageSize)
        {
            return;
        }

        for (int i = 0; i < output.Length; i++)
        {
            output[i] = _border[i % _border.Length];
        }
    }

    /// <summary>Holds what is about to be taken against the limit; in 64 bits, for one side may be a thousand times the other.</summary>
    private void CheckWork(int width, int height, long targetWidth, long targetHeight)
    {
        int size = preprocessing.ImageSize;
        long tapsAcross = ResampleWeights.TapsOf(width, targetWidth, preprocessing.Interpolation);
        long tapsDown = ResampleWeights.TapsOf(height, targetHeight, preprocessing.Interpolation);
        long rows = Math.Min(height, (long)((double)height / targetHeight * size) + tapsDown + 1);
        decimal bytes = ((decimal)sizeof(int) * size * (tapsAcross + tapsDown))
            + ((decimal)rows * size * preprocessing.Channels) + ((decimal)width * preprocessing.Channels);
        long most = Math.Max(ImageLimit.BytesPerPixel * Math.Min(maximumPixels, ImageLimit.MostAddressable), LeastWork);
        if (Math.Max(targetWidth, targetHeight) > int.MaxValue || bytes > most)
        {
            throw new InvalidDataException(
                $"the image is {width}x{height} pixels, its sides too unlike: resized it would be {targetWidth}x{targetHeight}, and "
                + $"resizing would take {bytes} bytes, above {most}; cut it first.");
        }
    }

    private static void ResizeRow(ReadOnlySpan<byte> input, ResampleWeights weights, Span<byte> output, int channels)
    {
        for (int x = 0; x < weights.First.Length; x++)
        {
            var taps = weights.Taps.AsSpan(x * weights.TapCount, weights.Count[x]);
            for (int c = 0; c < channels; c++)
            {
                int sum = Half;
                int at = (weights.First[x] * channels) + c;
                foreach (int tap in taps)
                {
                    sum += input[at] * tap;
                    at += channels;
                }

                output[(x * channels) + c] = Clip(sum);
            }
        }
    }

    private static void MixRows(ReadOnlySpan<byte> rows, ResampleWeights weights, int y, Span<byte> output)
    {
        var taps = weights.Taps.AsSpan(y * weights.TapCount, weights.Count[y]);
        for (int i = 0; i < output.Length; i++)
        {
            int sum = Half;
            int at = i;
            foreach (int tap in taps)
            {
                sum += rows[at] * tap;
                at += output.Length;
            }

            output[i] = Clip(sum);
        }
    }

    private static byte Clip(int sum) => (byte)Math.Clamp(sum >> ResampleWeights.PrecisionBits, 0, 255);

    /// <summary>[channels]: timm's border has the mean's colour, every other is black.</summary>
    private static byte[] BorderOf(ImagePreprocessing preprocessing) => preprocessing.Resize != ImageResize.LongestSide
        ? new byte[preprocessing.Channels]
        : [.. preprocessing.Mean.Select(mean => (byte)Math.Clamp(Math.Round(255 * Python(mean), MidpointRounding.ToEven), 0, 255))];

    // timm rounds 255 times the number as it is written: 0.3 ends exactly between two bytes, its float does not.
    private static double Python(float written) =>
        double.Parse(written.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
}
