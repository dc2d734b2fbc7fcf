using Microsoft.ML.BlockPruning.Torch;

namespace Microsoft.ML.BlockPruning.Calibration;

/// <summary>Finds room for streams: in memory, or in a file where they take more than a gigabyte.</summary>
internal static class StreamRoom
{
    // Two stores are alive at once, a third while a merge moves one.
    private const long MostBytesInMemory = 1L << 30;

    /// <summary>Makes a store.</summary>
    /// <exception cref="IOException">There is no room for the file; the message says what to do.</exception>
    public static StreamStore For(long images, long tokens, long features)
    {
        long[] shape = [images, tokens, features];
        return InMemory(checked(images * tokens * features)) == 0 && TorchDevice.Current.IsCpu
            ? new StreamFile(shape) : new StreamMemory(shape);
    }

    /// <summary>Of so many numbers, those that <see cref="For"/> holds in memory: all or none.</summary>
    public static long InMemory(long numbers) => numbers > MostBytesInMemory / StreamFile.BytesOfNumber ? 0 : numbers;
}
