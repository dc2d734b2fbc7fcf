using Microsoft.ML.BlockPruning.Runs.Reports;

namespace Microsoft.ML.BlockPruning.Reporting.Text;

/// <summary>A preprocessing in words and cells: what all forms of a report have in common.</summary>
internal static class PreprocessingWords
{
    /// <summary>All steps in one sentence.</summary>
    public static string Sentence(IReadOnlyList<PreprocessingReport> steps) =>
        $"Preprocessing: {string.Join("; ", steps)}.";

    /// <summary>One row a step, the first row their heads.</summary>
    public static IReadOnlyList<string[]> Table(IReadOnlyList<PreprocessingReport> steps) =>
        [["step", "what", "from"], .. steps.Select(step => new[] { step.Name, step.Value, step.Origin })];
}
