namespace Microsoft.ML.BlockPruning.Torch;

/// <summary>Seeds of independent draws from one seed.</summary>
internal static class RandomSeed
{
    /// <summary>SplitMix64's finalizer: neighbouring draws get unrelated seeds. System.HashCode differs from run to run.</summary>
    /// <param name="seed">The user's seed.</param>
    /// <param name="draw">Which draw.</param>
    public static int Of(long seed, long draw)
    {
        unchecked
        {
            ulong z = (ulong)seed + ((ulong)(draw + 1) * 0x9E3779B97F4A7C15);
            z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
            return (int)(z ^ (z >> 31));
        }
    }
}
