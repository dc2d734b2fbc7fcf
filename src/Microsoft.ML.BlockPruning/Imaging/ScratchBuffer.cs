using System.Runtime.InteropServices;

namespace Microsoft.ML.BlockPruning.Imaging;

/// <summary>Bytes for one image at a time: an ordinary image's are kept for the next, a large one's go back at once.</summary>
/// <remarks>
/// Large memory is native, so that it is the system's again on <see cref="Return"/>. A pool would keep it: <c>ArrayPool.Shared</c> rounds
/// up to a power of two and holds an array for each thread. One instance serves one thread.
/// </remarks>
internal sealed unsafe class ScratchBuffer
{
    /// <summary>Bytes that stay at most: 1,048,576 pixels of four.</summary>
    public const int KeptAtMost = 4 << 20;

    private byte[] _kept = [];
    private void* _large;

    /// <summary>Bytes that it holds now.</summary>
    public int KeptBytes => _kept.Length;

    /// <summary>Takes memory; what it holds is not defined.</summary>
    /// <param name="length">In bytes.</param>
    /// <returns>Valid until <see cref="Return"/>.</returns>
    public Span<byte> Rent(int length)
    {
        Return();
        if (length <= KeptAtMost)
        {
            return Keep(length);
        }

        _large = NativeMemory.Alloc((nuint)length);
        return new Span<byte>(_large, length);
    }

    /// <summary>Takes memory that holds zeros. What is large is made of pages that cost nothing before they are written.</summary>
    /// <param name="length">In bytes.</param>
    /// <returns>Valid until <see cref="Return"/>.</returns>
    public Span<byte> RentZeros(int length)
    {
        Return();
        if (length <= KeptAtMost)
        {
            var kept = Keep(length);
            kept.Clear();
            return kept;
        }

        _large = NativeMemory.AllocZeroed((nuint)length);
        return new Span<byte>(_large, length);
    }

    /// <summary>Gives large memory back; harmless where none was taken.</summary>
    public void Return()
    {
        NativeMemory.Free(_large);
        _large = null;
    }

    private Span<byte> Keep(int length)
    {
        if (_kept.Length < length)
        {
            _kept = new byte[length];
        }

        return _kept.AsSpan(0, length);
    }
}
