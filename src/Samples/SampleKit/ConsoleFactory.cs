using Spectre.Console;

namespace SampleKit;

/// <summary>Makes the console: colours and a moving progress bar on a terminal, plain lines in a pipe or a file.</summary>
internal static class ConsoleFactory
{
    // A pipe has no width; this one holds every table unbroken.
    private const int PipeWidth = 100;

    public static IAnsiConsole Create()
    {
        bool piped = Console.IsOutputRedirected;
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = piped ? AnsiSupport.No : AnsiSupport.Detect,
            ColorSystem = piped ? ColorSystemSupport.NoColors : ColorSystemSupport.Detect,
            Interactive = piped ? InteractionSupport.No : InteractionSupport.Detect,
        });
        if (piped)
        {
            console.Profile.Width = PipeWidth;
        }

        return TerminalHook.On(console);
    }
}
