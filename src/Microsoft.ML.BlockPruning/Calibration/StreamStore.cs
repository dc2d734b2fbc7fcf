using Microsoft.ML.BlockPruning.Torch;
using static TorchSharp.torch;

namespace Microsoft.ML.BlockPruning.Calibration;

/// <summary>Where the residual streams of all images lie: [images, tokens, features] float32.</summary>
/// <param name="shape">[images, tokens, features].</param>
internal abstract class StreamStore(long[] shape) : IDisposable
{
    // Two of them are alive at once, a third while a merge moves one.
    private const long MostBytesInMemory = 1L << 30;

    /// <summary>[images, tokens, features].</summary>
    public IReadOnlyList<long> Shape => shape;

    /// <summary>Room for the streams: in memory, or in a file where they take more than a gigabyte.</summary>
    /// <exception cref="IOException">There is no room for the file; the message says what to do.</exception>
    public static StreamStore Of(long images, long tokens, long features)
    {
        long[] shape = [images, tokens, features];
        return InMemory(checked(images * tokens * features)) == 0 && TorchDevice.Current.IsCpu
            ? new StreamFile(shape) : new StreamMemory(shape);
    }

    /// <summary>Of so many numbers, those that <see cref="Of"/> holds in memory: all or none.</summary>
    public static long InMemory(long numbers) => numbers > MostBytesInMemory / sizeof(float) ? 0 : numbers;

    /// <summary>Images that follow each other; belongs to the open dispose scope.</summary>
    /// <returns>What may be changed in place: <see cref="Write"/> it then.</returns>
    public abstract Tensor Read(long first, long count);

    /// <summary>Images in any order, a copy; belongs to the open dispose scope.</summary>
    public abstract Tensor Select(ReadOnlySpan<long> images);

    /// <summary>Takes images that follow each other.</summary>
    /// <param name="first">The first of them.</param>
    /// <param name="values">What <see cref="Read"/> gave, changed, or another tensor.</param>
    public abstract void Write(long first, Tensor values);

    public abstract void Dispose();
}
