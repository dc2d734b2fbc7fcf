using System.CommandLine;
using System.CommandLine.Help;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using Microsoft.ML.BlockPruning.Sweeps;

namespace PruneModelSample;

/// <summary>The verbs of the program.</summary>
/// <param name="output">Takes what a verb answers.</param>
/// <param name="error">Takes progress, and what went wrong, a line each.</param>
internal sealed partial class PruneModelCommand(TextWriter output, TextWriter error)
{
    private const int Failed = 1;
    private const int WrongOptions = 2;
    private const int Cancelled = 130; // 128 + SIGINT, as shells report it

    // Pruning notices a cancel at its next batch.
    private static readonly TimeSpan CancelGrace = TimeSpan.FromMinutes(1);

    private readonly Option<string> _settings = new("--settings")
    {
        Description = "Data, options and the model's place",
        HelpName = "FILE.json",
        DefaultValueFactory = _ => PruneModelSettings.DefaultPath,
        Recursive = true,
    };

    /// <summary>Runs a verb.</summary>
    /// <returns>0; 1 where the verb failed; 2 where the options are wrong; 130 where it was cancelled.</returns>
    public static async Task<int> InvokeAsync(string[] args, TextWriter output, TextWriter error)
    {
        var parsed = Create(output, error).Parse(args);
        if (parsed.Errors.Count == 0 || parsed.Action is HelpAction)
        {
            return await parsed.InvokeAsync(new InvocationConfiguration
            {
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = CancelGrace,
                Output = output,
                Error = error,
            });
        }

        foreach (var wrong in parsed.Errors)
        {
            await error.WriteLineAsync(Printable(wrong.Message));
        }

        await error.WriteLineAsync("--help explains the verbs and options.");
        return WrongOptions;
    }

    /// <summary>Text of one line. What a terminal would obey, or hide, is shown as \u001b: names come from anybody's files.</summary>
    internal static string Printable(string text) => string.Concat(text.EnumerateRunes().Select(rune => Rune.GetUnicodeCategory(rune) is
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
        ? $"\\u{rune.Value:x4}"
        : rune.ToString()));

    internal static RootCommand Create(TextWriter output, TextWriter error) => new PruneModelCommand(output, error).Create();

    private RootCommand Create()
    {
        var image = new Argument<string>("image") { Description = "A PNG, JPEG, BMP, GIF or WebP file" };
        var predict = Verb(
            "predict", "Tells what an image shows.", (settings, parsed, _, _) => Predict(settings, parsed.GetRequiredValue(image)));
        predict.Add(image);
        var root = new RootCommand("An image classifier, pruned: the files that Model Builder would write, with a program around them.")
        {
            _settings,
            Verb(
                "train", "Prunes the network on the images and saves the model.",
                (settings, _, steps, cancel) => Train(settings, steps, cancel)),
            Verb(
                "evaluate", "Compares the model with the dense network on the validation images.",
                (settings, _, steps, cancel) => Evaluate(settings, steps, cancel)),
            Verb(
                "sweep", "Tries several budgets and saves the recommended model.",
                (settings, _, steps, cancel) => Sweep(settings, steps, cancel)),
            predict,
        };
        AddVerbs(root);
        return root;
    }

    /// <summary>More verbs, where there are some.</summary>
    partial void AddVerbs(RootCommand root);

    private Command Verb(string name, string description, Action<PruneModelSettings, ParseResult, StepLines, CancellationToken> run)
    {
        var verb = new Command(name, description);
        verb.SetAction(async (parsed, cancel) =>
        {
            try
            {
                using var answer = cancel.Register(() => error.WriteLine("Stopping after the current step."));
                var steps = new StepLines(error, isTerminal: error == Console.Error && !Console.IsErrorRedirected);
                await Task.Run(() => run(PruneModelSettings.Read(parsed.GetRequiredValue(_settings)), parsed, steps, cancel), cancel);
                return 0;
            }
            catch (OperationCanceledException)
            {
                await error.WriteLineAsync("Cancelled; nothing was left half-written.");
                return Cancelled;
            }
            catch (Exception failure) when (failure is ArgumentException or IOException or InvalidDataException or JsonException
                or UnauthorizedAccessException or InvalidOperationException or NotSupportedException or ArithmeticException
                or FormatException or ExternalException)
            {
                await error.WriteLineAsync(Printable($"Error: {failure.Message}"));
                return Failed;
            }
        });
        return verb;
    }

    private void Train(PruneModelSettings settings, StepLines steps, CancellationToken cancel)
    {
        LabelledFolder.Read(settings.DataSource.FolderPath).Check(steps, cancel);
        using var network = PruneModel.Train(settings, steps, cancel);
        Say($"{settings.ModelPath}: {network.MultiplyAdds / 1e6:F1} of {network.DenseMultiplyAdds / 1e6:F1} M multiply-adds");
        Say($"Classes: {string.Join(", ", network.Classes)}.");
        Say($"Preprocessing: {string.Join("; ", network.PreprocessingSteps)}.");
    }

    private void Evaluate(PruneModelSettings settings, StepLines steps, CancellationToken cancel)
    {
        LabelledFolder.Read(settings.DataSource.ValidationFolderPath).Check(steps, cancel);
        var (dense, pruned) = PruneModel.Evaluate(settings, steps, cancel);
        Say($"{"",-20}{"dense",10}{"pruned",10}");
        Say($"{"top-1, %",-20}{100 * dense.Top1,10:F2}{100 * pruned.Top1,10:F2}");
        Say($"{"ms per image",-20}{dense.MillisecondsPerImage,10:F3}{pruned.MillisecondsPerImage,10:F3}");
        Say($"{"weights, MB",-20}{dense.WeightBytes / 1e6,10:F2}{pruned.WeightBytes / 1e6,10:F2}");
        Say($"{"multiply-adds, M",-20}{dense.MultiplyAdds / 1e6,10:F1}{pruned.MultiplyAdds / 1e6,10:F1}");
    }

    private void Sweep(PruneModelSettings settings, StepLines steps, CancellationToken cancel)
    {
        LabelledFolder.Read(settings.DataSource.FolderPath).Check(steps, cancel);
        LabelledFolder.Read(settings.DataSource.ValidationFolderPath).Check(steps, cancel);
        var result = PruneModel.Sweep(settings, steps, cancel);
        foreach (var trial in result.Trials)
        {
            string figures = trial.Status == TrialStatus.Completed
                ? FormattableString.Invariant($"{100 * trial.Top1:F2} %")
                : $"failed: {trial.Error}";
            Say($"keep {trial.Keep}: {figures}{(trial == result.Recommended ? "  <- recommended, saved" : "")}");
        }

        foreach (string note in result.Notes)
        {
            Say($"{note}");
        }
    }

    private void Predict(PruneModelSettings settings, string image)
    {
        PruneModel.MLNetModelPath = settings.ModelPath;
        var prediction = PruneModel.PredictFile(image);
        foreach (var (label, probability) in prediction.Top(prediction.LabelNames.Count))
        {
            Say($"{label,-20} {100 * probability,6:F2} %");
        }
    }

    private void Say(FormattableString line) => output.WriteLine(Printable(FormattableString.Invariant(line)));
}
