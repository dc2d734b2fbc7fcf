using Microsoft.ML.BlockPruning.Sparsity;

namespace Microsoft.ML.BlockPruning.Sweeps;

/// <summary>What a sweep chooses from; repetitions in what is given do not matter.</summary>
internal sealed class SweepSpace
{
    /// <summary>Checks and keeps the choices.</summary>
    /// <param name="keeps">Kept fractions; the least and the most of them bound what tuners may choose between.</param>
    /// <param name="blocks">Block shapes.</param>
    /// <param name="criteria">Criteria by name.</param>
    /// <exception cref="ArgumentException">A list is empty, a fraction is outside (0, 1] or a block is empty.</exception>
    public SweepSpace(IEnumerable<double> keeps, IEnumerable<BlockShape> blocks, IEnumerable<string> criteria)
    {
        Keeps = [.. keeps.Distinct().OrderDescending()];
        Blocks = [.. blocks.Distinct()];
        Criteria = [.. criteria.Distinct(StringComparer.Ordinal)];
        if (Keeps.Count == 0 || Blocks.Count == 0 || Criteria.Count == 0)
        {
            throw new ArgumentException(
                $"A sweep needs at least one kept fraction, one block and one criterion, found {Keeps.Count}, {Blocks.Count} and "
                + $"{Criteria.Count}.");
        }

        foreach (double keep in Keeps.Where(keep => !(keep is > 0 and <= 1)))
        {
            throw new ArgumentException($"A kept fraction is {keep}, not in (0, 1]: it is the fraction of multiply-adds that remains.");
        }

        if (Blocks.Contains(default))
        {
            throw new ArgumentException("A block of the sweep has no size; give height and width, such as 16x16.");
        }
    }

    /// <summary>From the most to the least.</summary>
    public IReadOnlyList<double> Keeps { get; }

    public IReadOnlyList<BlockShape> Blocks { get; }

    public IReadOnlyList<string> Criteria { get; }

    public double MostKept => Keeps[0];

    public double LeastKept => Keeps[^1];

    /// <summary>Block and criterion together, which share one calibration.</summary>
    public IEnumerable<(BlockShape Block, string Criterion)> Families =>
        from criterion in Criteria from block in Blocks select (block, criterion);
}
