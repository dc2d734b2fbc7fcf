using System.CommandLine;
using Microsoft.ML.BlockPruning;
using Spectre.Console;

namespace BlockPrune.Cli;

/// <summary>The command line: its verbs, and what a failure looks like.</summary>
internal static class Cli
{
    public const int NoGpu = 3;

    /// <summary>Runs a verb.</summary>
    /// <param name="args">The command line.</param>
    /// <param name="output">Takes what the verb answers.</param>
    /// <param name="error">Takes messages and progress, so that the answer stays clean in a pipe.</param>
    /// <param name="console">The terminal, for tables and pictures.</param>
    /// <param name="cancellationToken">As Ctrl-C, for tests.</param>
    /// <returns>0; 1 where the verb failed; 2 where options are wrong; 3 where there is no GPU to check; 130 where cancelled.</returns>
    public static Task<int> InvokeAsync(
        string[] args, TextWriter output, TextWriter error, IAnsiConsole console, CancellationToken cancellationToken = default) =>
        CommandShell.InvokeAsync(Create(CliOutput.To(output, error, console)), args, output, error, cancellationToken);

    /// <summary>Serves as a worker of a sweep where the program was started as one.</summary>
    /// <returns>The exit code; null where the program was started by its user.</returns>
    public static int? Serve(string[] args, TextWriter error)
    {
        try
        {
            return SweepWorker.TryRun(args) ? 0 : null;
        }
        catch (Exception failure) when (Failure.Explain(failure) is { } message)
        {
            TerminalWriter.Of(error).WriteLine(message);
            return CommandShell.WrongOptions;
        }
    }

    /// <summary>Gives a verb its action; failures become a line and an exit code.</summary>
    /// <param name="verb">The verb.</param>
    /// <param name="output">Takes the line.</param>
    /// <param name="run">The verb's work; returns the exit code.</param>
    public static Command Does(this Command verb, CliOutput output, Func<ParseResult, CancellationToken, int> run)
    {
        verb.Does(output.Error, run);
        return verb;
    }

    internal static RootCommand Create(CliOutput output) => new("Prunes vision transformers in blocks, and scores what is left.")
    {
        PruneVerb.Create(output), EvaluateVerb.Create(output), PredictVerb.Create(output), InspectVerb.Create(output),
        SweepVerb.Create(output), ReportVerb.Create(output), ExportVerb.Create(output), BenchVerb.Create(output),
        GpuCheckVerb.Create(output), NewVerb.Create(output),
    };
}
