using System.Globalization;
using Microsoft.ML.BlockPruning.Runs.Reports;

namespace Microsoft.ML.BlockPruning.Reporting.Text;

/// <summary>Where two networks answer differently, in sentences and cells: what page and Markdown have in common.</summary>
internal static class AnswerWords
{
    /// <summary>A matrix of more classes is no longer read; its greatest entries are.</summary>
    public const int MostClasses = 12;

    private const int MostEntries = 20;
    private static readonly CultureInfo Invariant = CultureInfo.InvariantCulture;

    /// <summary>How many answers changed, and to the better or the worse.</summary>
    public static string Summary(AnswerComparison answers)
    {
        string changed = string.Create(Invariant, $"{answers.Changed.Count:#,0} of {answers.Images:#,0} answers are other ones");
        if (!answers.HasTruth)
        {
            return changed + ".";
        }

        int lost = answers.Changed.Count(answer => answer.Dense == answer.Truth);
        int won = answers.Changed.Count(answer => answer.Pruned == answer.Truth);
        return string.Create(
            Invariant,
            $"{changed}: {lost} became wrong, {won} became right, {answers.Changed.Count - lost - won} stayed wrong. "
            + $"Right in all: {answers.PrunedRight:#,0}, dense {answers.DenseRight:#,0}.");
    }

    /// <summary>The confusions that became more or fewer, greatest change first; those of equal change in the classes' order.</summary>
    public static IReadOnlyList<string[]> Confusions(AnswerComparison answers)
    {
        int[,] difference = answers.ConfusionDifference();
        int classes = answers.ClassNames.Count;
        var entries =
            from truth in Enumerable.Range(0, classes)
            from answer in Enumerable.Range(0, classes)
            where difference[truth, answer] != 0
            orderby Math.Abs(difference[truth, answer]) descending
            select new[] { answers.ClassNames[truth], answers.ClassNames[answer], Signed(difference[truth, answer]) };
        return [["class", "answer", "images more or fewer"], .. entries.Take(MostEntries)];
    }

    /// <summary>A changed answer in one line.</summary>
    public static string Sentence(AnswerComparison answers, ChangedAnswer answer)
    {
        string truth = answer.Truth is { } known ? $"{answers.ClassNames[known]}: " : "";
        return $"{truth}dense {answers.ClassNames[answer.Dense]} ({Percent(answer.DenseProbability)}), "
            + $"pruned {answers.ClassNames[answer.Pruned]} ({Percent(answer.PrunedProbability)})";
    }

    /// <summary>A difference as people read it.</summary>
    public static string Signed(int value) => value.ToString("+0;-0;0", Invariant);

    private static string Percent(double probability) => string.Create(Invariant, $"{100 * probability:0} %");
}
