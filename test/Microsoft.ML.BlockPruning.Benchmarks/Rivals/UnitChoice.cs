using Microsoft.ML.BlockPruning.Torch;
using static TorchSharp.torch;

namespace Microsoft.ML.BlockPruning.Benchmarks.Rivals;

/// <summary>Which units stay and which go, each in their order.</summary>
internal sealed record UnitChoice(long[] Kept, long[] Removed)
{
    /// <summary>Keeps those of the highest scores; of equal ones the later.</summary>
    public static UnitChoice Highest(double[] scores, int count)
    {
        long[] order = [.. Enumerable.Range(0, scores.Length).OrderBy(unit => scores[unit]).Select(unit => (long)unit)];
        return new UnitChoice([.. order[^count..].Order()], [.. order[..^count].Order()]);
    }

    /// <summary>Rows and columns of a matrix; belongs to the open dispose scope.</summary>
    public static Tensor Part(Tensor matrix, long[] rows, long[] columns) =>
        matrix.index_select(0, Indices(rows)).index_select(1, Indices(columns));

    /// <summary>The numbers as int64; belongs to the open dispose scope.</summary>
    public static Tensor Indices(long[] units) => TorchDevice.Put(tensor(units, int64));
}
