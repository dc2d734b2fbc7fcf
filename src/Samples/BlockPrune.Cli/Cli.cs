using System.CommandLine;
using System.CommandLine.Help;
using Spectre.Console;

namespace BlockPrune.Cli;

/// <summary>The command line: its verbs, and what a failure looks like.</summary>
internal static class Cli
{
    public const int Failed = 1;
    public const int WrongOptions = 2;
    public const int NoGpu = 3;
    public const int Cancelled = 130; // 128 + SIGINT, as shells report it

    // Pruning notices a cancel at its next batch; killed before that, a sweep could lose the line that it is writing.
    private static readonly TimeSpan CancelGrace = TimeSpan.FromMinutes(1);

    /// <summary>Runs a verb.</summary>
    /// <param name="args">The command line.</param>
    /// <param name="output">Takes what the verb answers.</param>
    /// <param name="error">Takes messages and progress, so that the answer stays clean in a pipe.</param>
    /// <param name="console">The terminal, for tables and pictures.</param>
    /// <param name="cancellationToken">As Ctrl-C, for tests.</param>
    /// <returns>0; 1 where the verb failed; 2 where options are wrong; 3 where there is no GPU to check; 130 where cancelled.</returns>
    public static async Task<int> InvokeAsync(
        string[] args, TextWriter output, TextWriter error, IAnsiConsole console, CancellationToken cancellationToken = default)
    {
        var parsed = Create(new CliOutput(output, error, console)).Parse(args);
        if (parsed.Errors.Count > 0 && parsed.Action is not HelpAction)
        {
            await ExplainErrorsAsync(parsed, error);
            return WrongOptions;
        }

        return await parsed.InvokeAsync(
            new InvocationConfiguration
            {
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = CancelGrace,
                Output = output,
                Error = error,
            },
            cancellationToken);
    }

    /// <summary>Gives a verb its action; failures become a line and an exit code.</summary>
    /// <param name="verb">The verb.</param>
    /// <param name="output">Takes the line.</param>
    /// <param name="run">The verb's work; returns the exit code.</param>
    public static Command Does(this Command verb, CliOutput output, Func<ParseResult, CancellationToken, int> run)
    {
        verb.SetAction(async (parsed, cancel) =>
        {
            try
            {
                return await Task.Run(() => run(parsed, cancel), CancellationToken.None);
            }
            catch (Exception failure) when (Failure.Explain(failure) is { } message)
            {
                await output.Error.WriteLineAsync(message);
                return failure is OperationCanceledException ? Cancelled : Failed;
            }
        });
        return verb;
    }

    private static async Task ExplainErrorsAsync(ParseResult parsed, TextWriter error)
    {
        foreach (var wrong in parsed.Errors)
        {
            await error.WriteLineAsync(wrong.Message);
        }

        var verb = parsed.CommandResult.Command;
        await error.WriteLineAsync(verb is RootCommand
            ? $"The verbs are {string.Join(", ", verb.Subcommands.Where(one => !one.Hidden).Select(one => one.Name))}."
            : $"The options of {verb.Name} are {string.Join(", ", verb.Options.Select(option => option.Name))}; "
                + $"blockprune {verb.Name} --help explains them.");
    }

    private static RootCommand Create(CliOutput output) => new("Prunes vision transformers in blocks, and scores what is left.")
    {
        PruneVerb.Create(output), EvaluateVerb.Create(output), PredictVerb.Create(output), InspectVerb.Create(output),
        SweepVerb.Create(output), ReportVerb.Create(output), ExportVerb.Create(output), BenchVerb.Create(output),
        GpuCheckVerb.Create(output),
    };
}
