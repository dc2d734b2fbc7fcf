using Microsoft.ML.BlockPruning.Networks.Families;
using Microsoft.ML.BlockPruning.Torch;
using static TorchSharp.torch;

namespace Microsoft.ML.BlockPruning.Calibration;

/// <summary>The calibration images, normalised as the network expects them, and their classes where they are given.</summary>
internal sealed class CalibrationSet
{
    // Activations of one batch with their gradients stay below this, whatever the network; DeiT-B gets nine images a batch.
    private const long BatchBytes = 2L << 30;
    private const int LargestBatch = 64;
    private readonly ViTConfig _config;
    private readonly float[] _images;

    /// <summary>Checks and keeps the images.</summary>
    /// <param name="config">The network's shape.</param>
    /// <param name="images">[count, channels, imageSize, imageSize] float32, normalised; kept, not copied.</param>
    /// <param name="count">Number of images.</param>
    /// <param name="labels">[count] classes, or null: calibration then samples them from the network itself (true Fisher).</param>
    /// <exception cref="ArgumentException">No image, a wrong length, a pixel that is not finite, or a label out of range.</exception>
    public CalibrationSet(ViTConfig config, float[] images, int count, int[]? labels = null)
    {
        ArgumentNullException.ThrowIfNull(config);
        ArgumentNullException.ThrowIfNull(images);
        if (count <= 0)
        {
            throw new ArgumentException(
                $"The calibration set is empty ({count} images); give at least one image, better 256 to 2,048.", nameof(count));
        }

        if (images.LongLength != (long)count * config.ImageDim)
        {
            throw new ArgumentException(
                $"{count} images of {config.Channels}x{config.ImageSize}x{config.ImageSize} need {(long)count * config.ImageDim} values, "
                + $"found {images.LongLength}.",
                nameof(images));
        }

        _config = config;
        _images = images;
        Count = count;
        Labels = labels;
        CheckPixels();
        CheckLabels();
    }

    /// <summary>Number of images.</summary>
    public int Count { get; }

    /// <summary>[Count] classes, or null to sample them.</summary>
    public int[]? Labels { get; }

    /// <summary>Tokens of all images together.</summary>
    public int TotalTokens => checked(Count * _config.Tokens);

    public int BatchCount => (Count + BatchSize - 1) / BatchSize;

    private int BatchSize => FittingBatch(_config, LargestBatch);

    /// <summary>Images that one forward and backward pass may hold, so that its activations and gradients stay below 2 GiB.</summary>
    /// <param name="config">The network's shape.</param>
    /// <param name="largest">Upper bound, whatever the memory.</param>
    /// <param name="encoderLayers">How many encoder layers it passes; all of the network where none is given.</param>
    /// <remarks>
    /// Per token and encoder layer about 16 embedDim + 4 mlpDim float32 live at once: activations kept for backward, taps, gradients.
    /// </remarks>
    public static int FittingBatch(ViTConfig config, int largest, int? encoderLayers = null) => (int)Math.Clamp(
        BatchBytes / (4L * config.Tokens * (encoderLayers ?? config.Depth) * ((16L * config.EmbedDim) + (4L * config.MlpDim))), 1, largest);

    /// <summary>[channels, imageSize, imageSize]: one image, a view.</summary>
    public ReadOnlySpan<float> ImageAt(int index) => ImagesAt(index, 1);

    /// <summary>[count, channels, imageSize, imageSize]: images that follow each other, a view.</summary>
    public ReadOnlySpan<float> ImagesAt(int first, int count) => _images.AsSpan(first * _config.ImageDim, count * _config.ImageDim);

    /// <summary>Some of the images, copied.</summary>
    /// <param name="rows">Which, in this order.</param>
    /// <param name="labels">[Count] classes of all images, to give the part its own; null: the part has none.</param>
    public CalibrationSet Select(int[] rows, int[]? labels)
    {
        int dim = _config.ImageDim;
        float[] images = new float[checked(rows.Length * dim)];
        for (int i = 0; i < rows.Length; i++)
        {
            ImageAt(rows[i]).CopyTo(images.AsSpan(i * dim, dim));
        }

        return new CalibrationSet(_config, images, rows.Length, labels is null ? null : [.. rows.Select(row => labels[row])]);
    }

    /// <summary>First image of a batch.</summary>
    public int FirstImage(int batch) => batch * BatchSize;

    /// <summary>Images of a batch; the last one may hold fewer.</summary>
    public int ImagesIn(int batch) => Math.Min(BatchSize, Count - FirstImage(batch));

    /// <summary>[ImagesIn(batch), channels, imageSize, imageSize] float32, a copy owned by the caller's dispose scope.</summary>
    public Tensor ImagesOf(int batch)
    {
        int dim = _config.ImageDim;
        float[] values = _images.AsSpan(FirstImage(batch) * dim, ImagesIn(batch) * dim).ToArray();
        using var scope = NewDisposeScope();
        return TorchDevice.Put(tensor(values)).reshape(ImagesIn(batch), _config.Channels, _config.ImageSize, _config.ImageSize)
            .MoveToOuterDisposeScope();
    }

    /// <summary>Checks that the images are of the shape and the labels of the classes that a network has.</summary>
    /// <exception cref="ArgumentException">They are not.</exception>
    public void CheckFits(ViTConfig config)
    {
        ArgumentNullException.ThrowIfNull(config);
        if (config.Channels != _config.Channels || config.ImageSize != _config.ImageSize || config.NumClasses != _config.NumClasses)
        {
            throw new ArgumentException(
                $"The calibration images are {_config.Channels}x{_config.ImageSize}x{_config.ImageSize} of {_config.NumClasses} classes, "
                + "the network "
                + $"takes {config.Channels}x{config.ImageSize}x{config.ImageSize} of {config.NumClasses}.");
        }
    }

    private void CheckPixels()
    {
        for (int i = 0; i < Count; i++)
        {
            foreach (float value in ImageAt(i))
            {
                if (!float.IsFinite(value))
                {
                    throw new ArgumentException($"Calibration image {i} has a pixel that is {value}; every value must be finite.");
                }
            }
        }
    }

    private void CheckLabels()
    {
        if (Labels is null)
        {
            return;
        }

        if (Labels.Length != Count)
        {
            throw new ArgumentException($"{Count} images need {Count} labels, found {Labels.Length}.");
        }

        int wrong = Array.FindIndex(Labels, label => (uint)label >= (uint)_config.NumClasses);
        if (wrong >= 0)
        {
            throw new ArgumentException(
                $"Calibration image {wrong} has the label {Labels[wrong]}; the network's classes are 0 to {_config.NumClasses - 1}.");
        }
    }
}
