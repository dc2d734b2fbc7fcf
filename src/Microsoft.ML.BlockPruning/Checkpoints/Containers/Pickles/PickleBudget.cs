namespace Microsoft.ML.BlockPruning.Checkpoints.Containers.Pickles;

/// <summary>Memory that the values of a pickle may take: a byte of it can ask for a hundred.</summary>
/// <param name="pickleBytes">The pickle's own length.</param>
internal sealed class PickleBudget(long pickleBytes)
{
    /// <summary>Bytes of a reference on the stack or in a list that grows by doubling.</summary>
    public const int Reference = 24;

    /// <summary>Bytes of a number in a box.</summary>
    public const int Number = 24;

    /// <summary>Bytes of an empty list, dict or tuple.</summary>
    public const int Collection = 96;

    // A checkpoint of 10,000 tensors with the state of its optimizer takes about 20 MB.
    private const long Most = 48L << 20;
    private long _left = Most + pickleBytes;

    /// <summary>Takes bytes before they are allocated.</summary>
    /// <exception cref="FormatException">So many are not left.</exception>
    public void Take(long bytes)
    {
        _left -= bytes;
        if (_left < 0)
        {
            throw new FormatException("makes more values than any checkpoint has");
        }
    }
}
