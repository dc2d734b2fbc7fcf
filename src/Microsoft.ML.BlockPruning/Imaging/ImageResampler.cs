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
    private (int Width, int Height) _inputSize;
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
        int size = preprocessing.ImageSize, channels = preprocessing.Channels;
        int stride = size * channels;
        var (horizontal, vertical) = WeightsFor(input.Width, input.Height);

        // Only the rows that the second pass reads.
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

            for (int y = 0; y < size; y++)
            {
                MixRows(rows[((vertical.First[y] - top) * stride)..], vertical, y, output.Slice(y * stride, stride));
            }
        }
        finally
        {
            _row.Return();
            _rows.Return();
        }
    }

    private (ResampleWeights Horizontal, ResampleWeights Vertical) WeightsFor(int width, int height)
    {
        if (_horizontal is not null && _vertical is not null && _inputSize == (width, height))
        {
            return (_horizontal, _vertical);
        }

        var (targetWidth, targetHeight) = TargetOf(width, height);
        CheckWork(width, height, targetWidth, targetHeight);
        int size = preprocessing.ImageSize;
        var horizontal = new ResampleWeights(width, (int)targetWidth, CropStart(targetWidth), size, preprocessing.Interpolation);
        var vertical = new ResampleWeights(height, (int)targetHeight, CropStart(targetHeight), size, preprocessing.Interpolation);
        bool isSmall = (horizontal.Taps.Length + vertical.Taps.Length) <= ScratchBuffer.KeptAtMost / sizeof(int);
        (_inputSize, _horizontal, _vertical) = isSmall ? ((width, height), horizontal, vertical) : default;
        return (horizontal, vertical);
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

    private (long Width, long Height) TargetOf(int width, int height)
    {
        int size = preprocessing.ResizeSize;
        if (preprocessing.Resize == ImageResize.Exact)
        {
            return (size, size);
        }

        // torchvision truncates the longer side; in 64 bits, as Python has no overflow.
        return width <= height ? (size, (long)size * height / width) : ((long)size * width / height, size);
    }

    private int CropStart(long target)
    {
        int rest = (int)(target - preprocessing.ImageSize);

        // torchvision rounds half to even, Hugging Face rounds down.
        return preprocessing.Resize == ImageResize.Exact ? rest / 2 : (int)Math.Round(rest / 2.0, MidpointRounding.ToEven);
    }
}
