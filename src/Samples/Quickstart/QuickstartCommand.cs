using System.CommandLine;

namespace Quickstart;

/// <summary>The command line: what it runs, and what a failure looks like.</summary>
internal static class QuickstartCommand
{
    /// <summary>Runs the program.</summary>
    /// <returns>0; 1 where the run failed; 2 where the options are wrong; 130 where it was cancelled.</returns>
    public static Task<int> InvokeAsync(string[] args) => CommandShell.InvokeAsync(Create(), args, Console.Out, Console.Error);

    internal static RootCommand Create()
    {
        var arguments = new QuickstartArguments();
        var root = new RootCommand("Prunes a vision transformer in blocks and compares it with the dense network.");
        arguments.AddTo(root);
        root.Does(Console.Error, (parsed, cancel) =>
        {
            var result = new QuickstartRun(arguments.Read(parsed), ConsoleFactory.Create()).Run(cancel);
            return result.ReloadIdentical ? 0 : CommandShell.Failed;
        });
        root.Add(CreateReload(arguments));
        return root;
    }

    // The command that a run starts in a process of its own; see ReloadCheck.
    private static Command CreateReload(QuickstartArguments arguments)
    {
        var model = new Argument<string>("model");
        var reload = new Command(ReloadCheck.Verb, "Scores the test images with a saved model and prints the scores' hash.") { model };
        reload.Hidden = true;
        reload.Does(Console.Error, (parsed, cancel) =>
        {
            string modelPath = parsed.GetRequiredValue(model);
            TerminalWriter.Of(Console.Out).WriteLine(ReloadCheck.ScoreSaved(modelPath, parsed.GetValue(arguments.Images), cancel));
            return 0;
        });
        return reload;
    }
}
