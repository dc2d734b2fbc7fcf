using Microsoft.ML.BlockPruning.Sparsity;

namespace Microsoft.ML.BlockPruning.Sweeps;

/// <summary>What a sweep chooses from; repetitions in what is given do not matter.</summary>
internal sealed class SweepSpace
{
    /// <summary>Checks and keeps the choices.</summary>
    /// <param name="keeps">Kept fractions; the least and the most of them bound what tuners may choose between.</param>
    /// <param name="blocks">Block shapes.</param>
    /// <param name="criteria">Criteria.</param>
    /// <param name="refits">Refits.</param>
    /// <param name="fineTuneEpochs">Passes of fine-tuning; 0: none.</param>
    /// <exception cref="ArgumentException">
    /// A list is empty, a fraction is outside (0, 1], a block is empty or a number of epochs is negative.
    /// </exception>
    public SweepSpace(
        IEnumerable<double> keeps, IEnumerable<BlockShape> blocks, IEnumerable<PruneCriterion> criteria, IEnumerable<PruneRefit> refits,
        IEnumerable<int> fineTuneEpochs)
    {
        Keeps = [.. keeps.Distinct().OrderDescending()];
        Blocks = [.. blocks.Distinct()];
        Criteria = [.. criteria.Distinct()];
        Refits = [.. refits.Distinct()];
        FineTuneEpochs = [.. fineTuneEpochs.Distinct()];
        if (Keeps.Count == 0 || Blocks.Count == 0 || Criteria.Count == 0 || Refits.Count == 0 || FineTuneEpochs.Count == 0)
        {
            throw new ArgumentException(
                $"A sweep needs at least one kept fraction, block, criterion, refit and number of epochs, found {Keeps.Count}, "
                + $"{Blocks.Count}, {Criteria.Count}, {Refits.Count} and {FineTuneEpochs.Count}.");
        }

        foreach (double keep in Keeps.Where(keep => !(keep is > 0 and <= 1)))
        {
            throw new ArgumentException($"A kept fraction is {keep}, not in (0, 1]: it is the fraction of multiply-adds that remains.");
        }

        if (FineTuneEpochs.Any(epochs => epochs < 0))
        {
            throw new ArgumentException($"A sweep cannot fine-tune for {FineTuneEpochs.Min()} epochs: give 0 for none, or more.");
        }

        if (Blocks.Contains(default))
        {
            throw new ArgumentException("A block of the sweep has no size; give height and width, such as 16x16.");
        }
    }

    /// <summary>From the most to the least.</summary>
    public IReadOnlyList<double> Keeps { get; }

    public IReadOnlyList<BlockShape> Blocks { get; }

    public IReadOnlyList<PruneCriterion> Criteria { get; }

    public IReadOnlyList<PruneRefit> Refits { get; }

    public IReadOnlyList<int> FineTuneEpochs { get; }

    public double MostKept => Keeps[0];

    public double LeastKept => Keeps[^1];

    /// <summary>Every combination but for the kept fraction; those that share a calibration stand side by side.</summary>
    public IEnumerable<TrialFamily> Families =>
        from criterion in Criteria
        from block in Blocks
        from refit in Refits
        from epochs in FineTuneEpochs
        select new TrialFamily(block, criterion, refit, epochs);
}

/// <summary>Trials that differ in what they keep alone: along them accuracy rises with the kept fraction, but for noise.</summary>
/// <param name="Block">Height x width in weights.</param>
/// <param name="Criterion">What rates the blocks.</param>
/// <param name="Refit">How kept weights make up for the others.</param>
/// <param name="FineTuneEpochs">Passes of fine-tuning; 0: none.</param>
internal sealed record TrialFamily(BlockShape Block, PruneCriterion Criterion, PruneRefit Refit, int FineTuneEpochs)
{
    public Trial At(double keep) => new(keep, Block, Criterion, Refit, FineTuneEpochs);
}
