using System.CommandLine;
using System.Globalization;
using Microsoft.ML.BlockPruning;
using Microsoft.ML.BlockPruning.Imaging;
using Microsoft.ML.BlockPruning.Sweeps;
using Spectre.Console;

namespace PruneModelSample;

/// <summary>The verbs of the program.</summary>
internal static class PruneModelCommand
{
    private static readonly Option<string> Settings = new("--settings")
    {
        Description = "Data, options and the model's place",
        HelpName = "FILE.json",
        DefaultValueFactory = _ => PruneModelSettings.DefaultPath,
        Recursive = true,
    };

    /// <returns>0; 1 where the verb failed; 2 where the options are wrong; 130 where it was cancelled.</returns>
    public static Task<int> InvokeAsync(string[] args, IAnsiConsole console, TextWriter error) =>
        CommandShell.InvokeAsync(Create(TerminalHook.On(console), error), args, console.Profile.Out.Writer, error);

    internal static RootCommand Create(IAnsiConsole console, TextWriter error)
    {
        var root = new RootCommand("An image classifier, pruned: the files that Model Builder would write, with a program around them.")
        {
            Settings,
        };
        root.Add(Verb("train", "Prunes the network on the images and saves the model.", error, (settings, cancel) =>
        {
            using var network = Steps(console, display =>
            {
                PruneModel.CheckImages([settings.DataSource.FolderPath], display, cancel);
                return PruneModel.Train(settings, new PruneSteps(display), cancel);
            });
            Say(console, $"{settings.ModelPath}: {network.MultiplyAdds / 1e6:F1} of {network.DenseMultiplyAdds / 1e6:F1} M multiply-adds");
            Say(console, $"{NetworkWords.Classes(network.Classes)}");
            Say(console, $"{NetworkWords.Preprocessing(network.PreprocessingSteps)}");
        }));
        root.Add(Verb("evaluate", "Compares the model with the dense network on the validation images.", error, (settings, cancel) =>
        {
            var (dense, pruned) = Steps(console, display =>
            {
                PruneModel.CheckImages([settings.DataSource.ValidationFolderPath], display, cancel);
                return PruneModel.Evaluate(settings, display, cancel);
            });
            console.Write(Table(dense, pruned));
        }));
        root.Add(Verb("sweep", "Tries several budgets and saves the recommended model.", error, (settings, cancel) =>
        {
            var result = Steps(console, display =>
            {
                PruneModel.CheckImages([settings.DataSource.FolderPath, settings.DataSource.ValidationFolderPath], display, cancel);
                return PruneModel.Sweep(settings, new SweepBar(display), cancel);
            });
            Say(console, result);
        }));
        root.Add(Predict(console, error));
        root.Add(Images(console, error));
        return root;
    }

    private static Command Predict(IAnsiConsole console, TextWriter error)
    {
        var image = new Argument<string>("image") { Description = "A PNG, JPEG, BMP, GIF or WebP file" };
        var verb = Verb("predict", "Tells what an image shows.", error, (settings, parsed, _) =>
        {
            PruneModel.MLNetModelPath = settings.ModelPath;
            var input = new PruneModel.ModelInput { ImageSource = ImageFile.ReadBytes(parsed.GetRequiredValue(image)) };
            foreach (var (label, probability) in PruneModel.PredictAllLabels(input))
            {
                Say(console, $"{label,-20} {100 * probability,6:F2} %");
            }
        });
        verb.Add(image);
        return verb;
    }

    private static Command Images(IAnsiConsole console, TextWriter error)
    {
        var folder = new Argument<string>("folder") { DefaultValueFactory = _ => "fashion" };
        var perClass = new Option<int>("--per-class") { Description = "The most of each class", DefaultValueFactory = _ => int.MaxValue };
        var format = new Option<string>("--format") { DefaultValueFactory = _ => "png" };
        format.AcceptOnlyFromAmong("png", "jpg");
        var verb = Verb("images", "Writes the bundled images into folders, to have some to begin with.", error, (_, parsed, _) =>
        {
            string target = parsed.GetRequiredValue(folder);
            int count = BundledImages.Write(target, parsed.GetValue(perClass), parsed.GetRequiredValue(format));
            Say(console, $"{count} images in {target}");
        });
        verb.Add(folder);
        verb.Add(perClass);
        verb.Add(format);
        return verb;
    }

    private static Command Verb(string name, string description, TextWriter error, Action<PruneModelSettings, CancellationToken> run) =>
        Verb(name, description, error, (settings, _, cancel) => run(settings, cancel));

    private static Command Verb(
        string name, string description, TextWriter error, Action<PruneModelSettings, ParseResult, CancellationToken> run)
    {
        var verb = new Command(name, description);
        verb.Does(error, (parsed, cancel) =>
        {
            run(PruneModelSettings.Read(parsed.GetRequiredValue(Settings)), parsed, cancel);
            return 0;
        });
        return verb;
    }

    private static T Steps<T>(IAnsiConsole console, Func<IStepDisplay, T> work) =>
        console.Profile.Capabilities.Interactive ? LiveSteps.Run(console, work) : LineSteps.Run(console.WriteLine, work);

    private static Table Table(ModelQuality dense, ModelQuality pruned)
    {
        var table = new Table().AddColumn("").AddColumn("dense").AddColumn("pruned");
        table.AddRow("top-1", Text(100 * dense.Top1, "F2", " %"), Text(100 * pruned.Top1, "F2", " %"));
        table.AddRow("ms per image", Text(dense.MillisecondsPerImage, "F3"), Text(pruned.MillisecondsPerImage, "F3"));
        table.AddRow("weights, MB", Text(dense.WeightBytes / 1e6, "F2"), Text(pruned.WeightBytes / 1e6, "F2"));
        return table.AddRow("multiply-adds, M", Text(dense.MultiplyAdds / 1e6, "F1"), Text(pruned.MultiplyAdds / 1e6, "F1"));
    }

    private static string Text(double value, string format, string unit = "") =>
        value.ToString(format, CultureInfo.InvariantCulture) + unit;

    private static void Say(IAnsiConsole console, SweepResult result)
    {
        foreach (var trial in result.Trials)
        {
            string figures = trial.Status == TrialStatus.Completed
                ? FormattableString.Invariant($"{100 * trial.Top1:F2} %")
                : $"failed: {trial.Error}";
            Say(console, $"keep {trial.Keep}: {figures}{(trial == result.Recommended ? "  <- recommended, saved" : "")}");
        }

        foreach (string note in result.Notes)
        {
            Say(console, $"{note}");
        }
    }

    private static void Say(IAnsiConsole console, FormattableString line) => console.WriteLine(FormattableString.Invariant(line));
}
