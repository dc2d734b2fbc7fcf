using Microsoft.ML.BlockPruning.Networks;
using Microsoft.ML.BlockPruning.Torch;
using static TorchSharp.torch;

namespace Microsoft.ML.BlockPruning.Calibration;

/// <summary>The calibration images, normalised as the network expects them, and their classes where they are given.</summary>
internal sealed class CalibrationSet
{
    // Activations of one batch with their gradients stay below this. Larger batches are no faster, since their temporaries fall out of the
    // cache.
    private const long BatchBytes = 192L << 20;

    // But with one image, adding a product to float64 sums takes about as long as the product: four where they stay below this, as those of
    // DeiT-B do.
    private const long SmallBatchBytes = 1L << 30;
    private const int SmallBatch = 4;

    // Where one step is passed at a time: DeiT-B gets eight images.
    private const long StepBytes = 96L << 20;
    private const long BytesOfNumber = 4; // float32
    private const int LargestBatch = 64;
    private readonly float[] _images;

    /// <summary>Checks and keeps the images.</summary>
    /// <param name="spec">The network.</param>
    /// <param name="images">[count, channels, imageSize, imageSize] float32, normalised; kept, not copied.</param>
    /// <param name="count">Number of images.</param>
    /// <param name="labels">[count] classes, or null: calibration then samples them from the network itself (true Fisher).</param>
    /// <exception cref="ArgumentException">No image, a wrong length, a pixel that is not finite, or a label out of range.</exception>
    public CalibrationSet(NetworkSpec spec, float[] images, int count, int[]? labels = null)
    {
        ArgumentNullException.ThrowIfNull(spec);
        ArgumentNullException.ThrowIfNull(images);
        if (count <= 0)
        {
            throw new ArgumentException(
                $"The calibration set is empty ({count} images); give at least one image, better 256 to 2,048.", nameof(count));
        }

        if (images.LongLength != (long)count * spec.ImageDim)
        {
            throw new ArgumentException(
                $"{count} images of {spec.Channels}x{spec.ImageSize}x{spec.ImageSize} need {(long)count * spec.ImageDim} values, "
                + $"found {images.LongLength}.",
                nameof(images));
        }

        Spec = spec;
        _images = images;
        Count = count;
        Labels = labels;
        BatchSize = PassBatch(spec.PrunableLinears, LargestBatch);
        CheckPixels();
        CheckLabels();
    }

    private CalibrationSet(CalibrationSet images, int batchSize)
    {
        (Spec, _images, Count, Labels) = (images.Spec, images._images, images.Count, images.Labels);
        BatchSize = batchSize;
    }

    /// <summary>The network that the images are for.</summary>
    public NetworkSpec Spec { get; }

    /// <summary>Number of images.</summary>
    public int Count { get; }

    /// <summary>[Count] classes, or null to sample them.</summary>
    public int[]? Labels { get; }

    public int BatchCount => BatchesOf(Count);

    /// <summary>Whether all images are the same: what varies with the image cannot be told then.</summary>
    public bool IsOneImage => Enumerable.Range(1, Count - 1).All(index => ImageAt(index).SequenceEqual(ImageAt(0)));

    private int BatchSize { get; }

    /// <summary>Images that one forward and backward pass may hold, so that its activations and gradients stay below 192 MiB.</summary>
    /// <param name="linears">The linear layers that it passes.</param>
    /// <param name="largest">Upper bound, whatever the memory.</param>
    public static int FittingBatch(IEnumerable<LinearSpec> linears, int largest) =>
        Fitting(BatchBytes, ActivationsOf(linears), largest);

    /// <summary>Images of a batch of the pass that gathers moments: as fit into 192 MiB, or four where a gibibyte holds them.</summary>
    /// <inheritdoc cref="FittingBatch"/>
    public static int PassBatch(IEnumerable<LinearSpec> linears, int largest) => Math.Max(
        FittingBatch(linears, largest), Fitting(SmallBatchBytes, ActivationsOf(linears), Math.Min(SmallBatch, largest)));

    /// <summary>float32 numbers that live at once in a forward and backward pass of one image, about.</summary>
    /// <param name="linears">The linear layers that it passes.</param>
    /// <remarks>What a layer reads and what it gives, kept for backward, and the gradients of both.</remarks>
    public static long ActivationsOf(IEnumerable<LinearSpec> linears) =>
        linears.Sum(linear => 2L * linear.Tokens * ((long)linear.InFeatures + linear.OutFeatures));

    /// <summary>The same images in larger batches, for passes through one step of the network at a time.</summary>
    public CalibrationSet ForSteps() => new(
        this, Fitting(StepBytes, Spec.Steps.Max(step => ActivationsOf(step.Linears)), LargestBatch));

    /// <summary>[channels, imageSize, imageSize]: one image, a view.</summary>
    public ReadOnlySpan<float> ImageAt(int index) => ImagesAt(index, 1);

    /// <summary>[count, channels, imageSize, imageSize]: images that follow each other, a view.</summary>
    public ReadOnlySpan<float> ImagesAt(int first, int count) => _images.AsSpan(first * Spec.ImageDim, count * Spec.ImageDim);

    /// <summary>Some of the images, copied.</summary>
    /// <param name="rows">Which, in this order.</param>
    /// <param name="labels">[Count] classes of all images, to give the part its own; null: the part has none.</param>
    public CalibrationSet Select(int[] rows, int[]? labels)
    {
        int dim = Spec.ImageDim;
        float[] images = new float[checked(rows.Length * dim)];
        for (int i = 0; i < rows.Length; i++)
        {
            ImageAt(rows[i]).CopyTo(images.AsSpan(i * dim, dim));
        }

        return new CalibrationSet(Spec, images, rows.Length, labels is null ? null : [.. rows.Select(row => labels[row])]);
    }

    /// <summary>Batches of so many of the images.</summary>
    public int BatchesOf(int count) => (count + BatchSize - 1) / BatchSize;

    /// <summary>First image of a batch.</summary>
    public int FirstImage(int batch) => batch * BatchSize;

    /// <summary>Images of a batch; the last one may hold fewer.</summary>
    public int ImagesIn(int batch) => Math.Min(BatchSize, Count - FirstImage(batch));

    /// <summary>[ImagesIn(batch), channels, imageSize, imageSize] float32, a copy owned by the caller's dispose scope.</summary>
    public Tensor ImagesOf(int batch)
    {
        int dim = Spec.ImageDim;
        float[] values = _images.AsSpan(FirstImage(batch) * dim, ImagesIn(batch) * dim).ToArray();
        using var scope = NewDisposeScope();
        return TorchDevice.Put(tensor(values)).reshape(ImagesIn(batch), Spec.Channels, Spec.ImageSize, Spec.ImageSize)
            .MoveToOuterDisposeScope();
    }

    /// <summary>Checks that the images are of the shape and the labels of the classes that a network has.</summary>
    /// <exception cref="ArgumentException">They are not.</exception>
    public void CheckFits(NetworkSpec spec)
    {
        ArgumentNullException.ThrowIfNull(spec);
        if (spec.Channels != Spec.Channels || spec.ImageSize != Spec.ImageSize || spec.NumClasses != Spec.NumClasses)
        {
            throw new ArgumentException(
                $"The calibration images are {Spec.Channels}x{Spec.ImageSize}x{Spec.ImageSize} of {Spec.NumClasses} classes, "
                + "the network "
                + $"takes {spec.Channels}x{spec.ImageSize}x{spec.ImageSize} of {spec.NumClasses}.");
        }
    }

    private static int Fitting(long bytes, long numbersOfImage, int largest) =>
        (int)Math.Clamp(bytes / Math.Max(1, BytesOfNumber * numbersOfImage), 1, largest);

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

        int wrong = Array.FindIndex(Labels, label => (uint)label >= (uint)Spec.NumClasses);
        if (wrong >= 0)
        {
            throw new ArgumentException(
                $"Calibration image {wrong} has the label {Labels[wrong]}; the network's classes are 0 to {Spec.NumClasses - 1}.");
        }
    }
}
