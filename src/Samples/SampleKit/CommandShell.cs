using System.CommandLine;
using System.CommandLine.Parsing;

namespace SampleKit;

/// <summary>What the samples' command lines have in common: exit codes, wrong options, failures as one line, Ctrl-C.</summary>
internal static class CommandShell
{
    public const int Failed = 1;
    public const int WrongOptions = 2;
    public const int Cancelled = 130; // 128 + SIGINT, as shells report it

    // Pruning notices a cancel at its next batch; killed before that, a run could leave a file that it was about to remove.
    private static readonly TimeSpan CancelGrace = TimeSpan.FromMinutes(1);

    /// <summary>Runs a command line.</summary>
    /// <param name="root">The program's commands; its help comes where nothing else is asked for.</param>
    /// <param name="args">The command line.</param>
    /// <param name="output">Takes help.</param>
    /// <param name="error">Takes what is wrong with the options.</param>
    /// <param name="cancellationToken">As Ctrl-C, for tests.</param>
    /// <returns>What the command returns; 2 where the options are wrong.</returns>
    public static async Task<int> InvokeAsync(
        RootCommand root, string[] args, TextWriter output, TextWriter error, CancellationToken cancellationToken = default)
    {
        TypedHelp.On(root);
        var parsed = root.Parse(args.Length == 0 && root.Action is null ? ["--help"] : args);
        if (parsed.Tokens.Any(token => token.Type == TokenType.Directive))
        {
            // A shell asks for completions: a word a line, in one piece.
            return await parsed.InvokeAsync(new InvocationConfiguration { Output = output, Error = error }, cancellationToken);
        }

        (output, error) = (TerminalWriter.Of(output), TerminalWriter.Of(error));
        string[] wrong = parsed.Action is TypedHelp ? [] : [.. OptionErrors.Of(parsed)];
        if (wrong.Length > 0)
        {
            foreach (string line in wrong)
            {
                await error.WriteLineAsync(line);
            }

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

    /// <summary>Gives a command its action; failures that the user can mend become a line and an exit code.</summary>
    /// <param name="command">The command.</param>
    /// <param name="error">Takes the line.</param>
    /// <param name="run">The work; returns the exit code.</param>
    public static void Does(this Command command, TextWriter error, Func<ParseResult, CancellationToken, int> run)
    {
        error = TerminalWriter.Of(error);
        command.SetAction(async (parsed, cancel) =>
        {
            try
            {
                using var answer = cancel.Register(() => error.WriteLine("Stopping after the current step."));
                return await Task.Run(() => run(parsed, cancel), CancellationToken.None);
            }
            catch (Exception failure) when (Failure.Explain(failure) is { } message)
            {
                await error.WriteLineAsync(message);
                return failure switch
                {
                    OperationCanceledException => Cancelled,
                    OptionsException => WrongOptions,
                    _ => Failed,
                };
            }
        });
    }
}
