using Microsoft.ML.BlockPruning.Calibration;
using Microsoft.ML.BlockPruning.Torch;
using static TorchSharp.torch;

namespace Microsoft.ML.BlockPruning.FineTuning;

/// <summary>Shuffled, augmented batches; each depends on the seed and its step alone, so that training can go on at any step.</summary>
/// <param name="images">The images, and labels where there are any.</param>
/// <param name="batchSize">Images of one step; all of them where there are fewer.</param>
/// <param name="largestPart">Images that one forward and backward pass may hold.</param>
/// <param name="augmentation">Applied to every image drawn.</param>
/// <param name="seed">Seeds order and augmentation.</param>
internal sealed class TrainingBatches(CalibrationSet images, int batchSize, int largestPart, IAugmentation augmentation, long seed)
{
    private int _shuffledEpoch = -1;
    private int[] _order = [];

    public int BatchSize { get; } = Math.Min(batchSize, images.Count);

    /// <summary>Whole batches of one epoch.</summary>
    public int StepsPerEpoch => images.Count / BatchSize;

    /// <summary>One batch in parts that fit the memory of one pass.</summary>
    /// <param name="step">From 0, over all epochs.</param>
    /// <returns>
    /// Images [part, channels, size, size] float32 and labels [part] int64, null where there are none; made one by one, for the caller
    /// to dispose.
    /// </returns>
    public IEnumerable<TrainingPart> PartsOf(int step)
    {
        int epoch = step / StepsPerEpoch;
        Shuffle(epoch);
        var random = new Random(RandomSeed.Of(seed, 2L * step)); // even: batches, odd: orders
        int first = step % StepsPerEpoch * BatchSize;
        for (int start = first; start < first + BatchSize; start += largestPart)
        {
            int count = Math.Min(largestPart, first + BatchSize - start);
            yield return Draw(_order.AsMemory(start, count), random);
        }
    }

    private TrainingPart Draw(ReadOnlyMemory<int> chosen, Random random)
    {
        using var scope = NewDisposeScope();
        var spec = images.Spec;
        float[] pixels = new float[chosen.Length * spec.ImageDim];
        for (int i = 0; i < chosen.Length; i++)
        {
            augmentation.Apply(images.ImageAt(chosen.Span[i]), pixels.AsSpan(i * spec.ImageDim, spec.ImageDim), random);
        }

        var batch = TorchDevice.Put(tensor(pixels)).reshape(chosen.Length, spec.Channels, spec.ImageSize, spec.ImageSize);
        Tensor? labels = null;
        if (images.Labels is { } known)
        {
            long[] classes = [.. chosen.ToArray().Select(image => (long)known[image])];
            labels = TorchDevice.Put(tensor(classes)).MoveToOuterDisposeScope();
        }

        return new TrainingPart(batch.MoveToOuterDisposeScope(), labels);
    }

    private void Shuffle(int epoch)
    {
        if (epoch == _shuffledEpoch)
        {
            return;
        }

        _shuffledEpoch = epoch;
        _order = [.. Enumerable.Range(0, images.Count)];
        new Random(RandomSeed.Of(seed, (2L * epoch) + 1)).Shuffle(_order);
    }
}

/// <summary>A part of a batch; the caller disposes both.</summary>
/// <param name="Images">[part, channels, size, size] float32.</param>
/// <param name="Labels">[part] int64; null where there are none.</param>
/// <remarks>A class: an iterator over pairs would have a field that asks for TorchSharp's file wherever its type is looked at.</remarks>
internal sealed record TrainingPart(Tensor Images, Tensor? Labels);
