using System.Globalization;
using Microsoft.ML.BlockPruning;
using Microsoft.ML.BlockPruning.Runs.Reports;
using Microsoft.ML.BlockPruning.Sweeps;
using Spectre.Console;

namespace BlockPrune.Cli;

/// <summary>What a sweep answers: all trials, the front marked, the recommended one named.</summary>
internal static class SweepAnswer
{
    public static void Write(CliOutput output, SweepResult result, IReadOnlyList<ClassReport> classes, bool isJson)
    {
        var front = result.ParetoFront();
        double? error = result.CreateReport().DifferenceStandardError;
        foreach (string note in result.Notes)
        {
            output.Error.WriteLine(note);
        }

        if (isJson)
        {
            output.Json(new
            {
                result.Ending,
                result.DenseTop1,
                Trials = result.Trials.Select(Figures),
                Pareto = front.Select(Figures),
                Recommended = result.Recommended is { } best ? Figures(best) : null,
                Final = result.Final is { } last ? Figures(last) : null,
                DifferenceStandardError = error,
                result.CreateReport().Importance,
                Classes = classes,
                Preprocessing = result.PreprocessingSteps,
                result.Notes,
            });
            return;
        }

        if (result.Trials.Count > 0)
        {
            output.Console.Write(SweepTable.Of(result.Trials, front));
        }

        if (result.CreateReport().Importance is { } importance)
        {
            output.Console.Write(SweepTable.Of(importance));
        }

        foreach (var trial in result.Trials.Where(trial => trial.Status == TrialStatus.Failed))
        {
            output.Error.WriteLine($"{Name(trial)} failed: {trial.Error}");
        }

        foreach (var trial in result.Trials.Where(trial => trial.Status == TrialStatus.Stopped))
        {
            output.Error.WriteLine($"{Name(trial)} stopped: {trial.StopReason}");
        }

        output.Console.WriteLine(result.Recommended is { } taken
            ? Text($"Dense top-1 {100 * result.DenseTop1:F2} %. Recommended: {Name(taken)}.")
            : "No trial was completed.");
        var answer = result.Final is { Status: TrialStatus.Completed } refitted ? refitted : result.Recommended;
        if (answer is not null && error is not null)
        {
            output.Console.WriteLine(Text(
                $"Against dense: {100 * (answer.Top1 - result.DenseTop1):+0.00;-0.00;0.00} ± {100 * error:0.00} points of top-1."));
        }

        output.Error.WriteLine(NetworkWords.Preprocessing(result.PreprocessingSteps));
        output.Error.WriteLine(NetworkWords.Classes(classes));
        if (result.Final is { } final)
        {
            output.Console.WriteLine(final.Status == TrialStatus.Completed
                ? Text($"With the refit {final.Refit} it has top-1 {100 * final.Top1:F2} %, KL {final.Kl:F4}; the table's trials have not.")
                : Text($"The refit {final.Refit} failed: {final.Error}"));
        }
    }

    /// <summary>A trial for programs.</summary>
    public static object Figures(TrialResult trial) => new
    {
        trial.Keep,
        Block = trial.Block.ToString(),
        Criterion = trial.Criterion.ToString(),
        Refit = trial.Refit.ToString(),
        trial.FineTuneEpochs,
        trial.CalibrationImages,
        trial.Status,
        trial.Top1,
        trial.Top1Agreement,
        trial.Top1StandardError,
        trial.Kl,
        trial.MultiplyAdds,
        trial.Bytes,
        trial.Milliseconds,
        trial.Seconds,
        trial.Error,
        trial.StopReason,
    };

    private static string Name(TrialResult trial) =>
        Text($"keep {trial.Keep}, block {trial.Block}, {trial.Criterion}, {trial.Refit}");

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
