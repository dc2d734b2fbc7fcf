using System.Reflection;

namespace Microsoft.ML.BlockPruning.Tests.Processes;

/// <summary>
/// The entry point: runs the tests, or with <c>--child TYPE …</c> the static <c>Run(string[])</c> of one type, or serves a sweep.
/// </summary>
/// <remarks>What holds for a whole process (which natives load, what a new process can read) is shown in a process of its own.</remarks>
internal static class TestProgram
{
    public const string ChildSwitch = "--child";

    public static Task<int> Main(string[] args) =>
        SweepWorker.TryRun(args) ? Task.FromResult(0)
            : args is [ChildSwitch, var type, ..] ? Task.FromResult(RunChild(type, args[2..]))
            : MicrosoftTestingPlatformApplication.RunAsync(args);

    private static int RunChild(string type, string[] args)
    {
        var run = Type.GetType(type, throwOnError: true)!.GetMethod("Run", BindingFlags.Public | BindingFlags.Static, [typeof(string[])])!;
        return (int)run.Invoke(null, [args])!;
    }
}
