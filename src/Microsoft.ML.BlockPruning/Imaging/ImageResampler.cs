namespace Microsoft.ML.BlockPruning.Imaging;

/// <summary>Resizes 8-bit images as Pillow does: first along the rows, rounded to 8 bits, then along the columns.</summary>
/// <remarks>Keeps its buffers and weights from one image to the next, so one instance serves one thread.</remarks>
internal sealed class ImageResampler(ImagePreprocessing preprocessing)
{
    private const int Half = 1 << (ResampleWeights.PrecisionBits - 1);

    private (int Width, int Height) _inputSize;
    private ResampleWeights? _horizontal;
    private ResampleWeights? _vertical;
    private byte[] _rows = [];

    /// <summary>Resizes and cuts out the centre.</summary>
    /// <param name="input">[height, width, channels], interleaved.</param>
    /// <param name="width">Of the input, in pixels.</param>
    /// <param name="height">Of the input, in pixels.</param>
    /// <param name="output">[imageSize, imageSize, channels], interleaved; written.</param>
    public void Resize(ReadOnlySpan<byte> input, int width, int height, Span<byte> output)
    {
        int size = preprocessing.ImageSize, channels = preprocessing.Channels;
        int inputStride = width * channels, stride = size * channels;
        if (_horizontal is null || _vertical is null || _inputSize != (width, height))
        {
            var (targetWidth, targetHeight) = TargetOf(width, height);
            _horizontal = new ResampleWeights(width, targetWidth, CropStart(targetWidth), size, preprocessing.Interpolation);
            _vertical = new ResampleWeights(height, targetHeight, CropStart(targetHeight), size, preprocessing.Interpolation);
            _inputSize = (width, height);
        }

        // Only the rows that the second pass reads.
        int top = _vertical.First[0];
        int rows = _vertical.First[^1] + _vertical.Count[^1] - top;
        if (_rows.Length < rows * stride)
        {
            _rows = new byte[rows * stride];
        }

        for (int y = 0; y < rows; y++)
        {
            ResizeRow(input.Slice((top + y) * inputStride, inputStride), _horizontal, _rows.AsSpan(y * stride, stride), channels);
        }

        for (int y = 0; y < size; y++)
        {
            MixRows(_rows.AsSpan((_vertical.First[y] - top) * stride), _vertical, y, output.Slice(y * stride, stride));
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

    private (int Width, int Height) TargetOf(int width, int height)
    {
        int size = preprocessing.ResizeSize;
        if (preprocessing.Resize == ImageResize.Exact)
        {
            return (size, size);
        }

        // torchvision truncates the longer side; in 64 bits, as Python has no overflow.
        return width <= height
            ? (size, (int)((long)size * height / width))
            : ((int)((long)size * width / height), size);
    }

    private int CropStart(int target)
    {
        int rest = target - preprocessing.ImageSize;

        // torchvision rounds half to even, Hugging Face rounds down.
        return preprocessing.Resize == ImageResize.Exact ? rest / 2 : (int)Math.Round(rest / 2.0, MidpointRounding.ToEven);
    }
}
