using System.CommandLine;

namespace Microsoft.ML.BlockPruning.Benchmarks.Saving;

/// <summary><c>save-loop</c>: the process that <see cref="SaveKillCommand"/> kills; it writes version after version until then.</summary>
internal static class SaveLoopCommand
{
    public const string Name = "save-loop";
    public const string Ready = "ready";

    private const int LongestPause = 2; // milliseconds between two writes

    public static System.CommandLine.Command Create()
    {
        var writer = new Argument<string>("writer");
        var target = new Argument<string>("target");
        var status = new Argument<string>("status");
        var seed = new Argument<int>("seed");
        var command = new System.CommandLine.Command(Name, "Writes without end, to be killed.") { writer, target, status, seed };
        command.Hidden = true;
        command.SetAction(parsed => Run(
            parsed.GetRequiredValue(writer), parsed.GetRequiredValue(target), parsed.GetRequiredValue(status),
            parsed.GetRequiredValue(seed)));
        return command;
    }

    // Ready, it waits for a line: the next process gets ready while another one is killed.
    private static int Run(string writer, string target, string status, int seed)
    {
        using var save = SaveCase.Of(writer);
        using var shared = new SaveStatus(status);
        var random = new Random(seed);
        save.Write(status + ".warm", 0); // what is compiled and loaded at the first call would else be most of it
        Console.WriteLine(Ready);
        if (Console.ReadLine() is null)
        {
            return 0; // nobody is there any more
        }

        for (int version = 1; ; version = 1 - version)
        {
            shared.Value = (SavePhase.Before, version);
            Thread.Sleep(random.Next(LongestPause + 1));
            shared.Value = (SavePhase.During, version);
            save.Write(target, version);
            shared.Value = (SavePhase.After, version);
            Thread.Sleep(random.Next(LongestPause + 1));
        }
    }
}
