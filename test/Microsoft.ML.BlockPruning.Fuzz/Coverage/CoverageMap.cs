using System.Runtime.InteropServices;
using SharpFuzz.Common;

namespace Microsoft.ML.BlockPruning.Fuzz.Coverage;

/// <summary>Counts of the branches that instrumented code took, as AFL has them: 64 kB, a byte for each pair of places.</summary>
/// <remarks>
/// Where the assemblies are not instrumented the map stays empty, and nothing is new but the first file. Threads write to it without a
/// lock; what is instrumented (<see cref="InstrumentedCopy"/>) reads on one thread.
/// </remarks>
internal sealed unsafe class CoverageMap
{
    private const int Size = 1 << 16;
    private readonly byte* _counts;
    private readonly byte[] _seen = new byte[Size]; // bits of the buckets that were reached

    /// <summary>Takes the place that instrumented code writes to: it must exist before any of that code runs.</summary>
    public CoverageMap()
    {
        _counts = (byte*)NativeMemory.AllocZeroed(Size);
        Trace.SharedMem = _counts;
    }

    /// <summary>Branches that any file has reached.</summary>
    public int Branches { get; private set; }

    public void Clear()
    {
        new Span<byte>(_counts, Size).Clear();
        Trace.PrevLocation = 0;
    }

    /// <summary>Adds the branches since <see cref="Clear"/>.</summary>
    /// <returns>Those that were reached, if one of them is new or was taken as often as never before; null otherwise.</returns>
    public int[]? TryAdd()
    {
        bool isNew = false;
        var reached = new List<int>();
        var counts = new ReadOnlySpan<byte>(_counts, Size);
        for (int start = 0, skipped; (skipped = counts[start..].IndexOfAnyExcept((byte)0)) >= 0;)
        {
            int branch = start + skipped;
            byte bucket = BucketOf(counts[branch]);
            if ((_seen[branch] & bucket) == 0)
            {
                isNew = true;
                Branches += _seen[branch] == 0 ? 1 : 0;
                _seen[branch] |= bucket;
            }

            reached.Add(branch);
            start = branch + 1;
            if (start == Size)
            {
                break;
            }
        }

        return isNew ? [.. reached] : null;
    }

    // 1, 2, 3, 4 to 7, 8 to 15, 16 to 31, 32 to 127, more: a bit each.
    private static byte BucketOf(byte count) => count switch
    {
        1 => 1,
        2 => 2,
        3 => 4,
        < 8 => 8,
        < 16 => 16,
        < 32 => 32,
        < 128 => 64,
        _ => 128,
    };
}
