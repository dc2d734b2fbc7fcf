using System.CommandLine;

namespace Quickstart;

/// <summary>The command line: what it runs, and what a failure looks like.</summary>
internal static class QuickstartCommand
{
    private const int Failed = 1;
    private const int WrongOptions = 2;
    private const int Cancelled = 130; // 128 + SIGINT, as shells report it

    // Fitting notices a cancel at its next batch; a process killed before that could leave a file that it was about to remove.
    private static readonly TimeSpan CancelGrace = TimeSpan.FromMinutes(1);

    /// <summary>Runs the program.</summary>
    /// <returns>0; 1 where the run failed; 2 where the options are wrong; 130 where it was cancelled.</returns>
    public static async Task<int> InvokeAsync(string[] args)
    {
        var parsed = Create().Parse(args);
        foreach (var error in parsed.Errors)
        {
            await Console.Error.WriteLineAsync(error.Message);
        }

        return parsed.Errors.Count > 0
            ? WrongOptions
            : await parsed.InvokeAsync(
                new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = CancelGrace });
    }

    private static RootCommand Create()
    {
        var arguments = new QuickstartArguments();
        var root = new RootCommand("Prunes a vision transformer in blocks and compares it with the dense network.");
        arguments.AddTo(root);
        root.SetAction((parsed, cancel) => RunGuarded(() =>
        {
            var result = new QuickstartRun(arguments.Read(parsed), ConsoleFactory.Create()).Run(cancel);
            return result.ReloadIdentical ? 0 : Failed;
        }));
        root.Add(CreateReload(arguments));
        return root;
    }

    // The command that a run starts in a process of its own; see ReloadCheck.
    private static Command CreateReload(QuickstartArguments arguments)
    {
        var model = new Argument<string>("model");
        var reload = new Command(ReloadCheck.Verb, "Scores the test images with a saved model and prints the scores' hash.") { model };
        reload.Hidden = true;
        reload.SetAction((parsed, cancel) => RunGuarded(() =>
        {
            string modelPath = parsed.GetRequiredValue(model);
            Console.WriteLine(ReloadCheck.ScoreSaved(modelPath, parsed.GetValue(arguments.Images), cancel));
            return 0;
        }));
        return reload;
    }

    private static async Task<int> RunGuarded(Func<int> run)
    {
        try
        {
            return await Task.Run(run);
        }
        catch (Exception failure) when (Failure.Explain(failure) is { } message)
        {
            await Console.Error.WriteLineAsync(message);
            return failure is OperationCanceledException ? Cancelled : Failed;
        }
    }
}
