using System.Numerics;

namespace Microsoft.ML.BlockPruning.Checkpoints.Containers.Pickles;

/// <summary>Whole numbers of a pickle, which are of any size.</summary>
internal static class PickleNumber
{
    /// <summary>A number as <see cref="long"/> where it fits, which all that count or place something do.</summary>
    public static object Of(BigInteger number)
    {
        if (number >= long.MinValue && number <= long.MaxValue)
        {
            return (long)number;
        }

        return number;
    }
}
