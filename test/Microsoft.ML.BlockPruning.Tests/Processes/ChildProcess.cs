using System.Diagnostics;
using System.Reflection;

namespace Microsoft.ML.BlockPruning.Tests.Processes;

/// <summary>Runs the static <c>Run(string[])</c> of a test type in a new process and returns what it printed.</summary>
internal static class ChildProcess
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    /// <summary>Runs from the tests' own output folder.</summary>
    public static ChildResult Run(Type program, params string[] args) => RunIn(AppContext.BaseDirectory, program, args);

    /// <summary>Runs from the tests' own output folder with a variable of the environment set.</summary>
    public static ChildResult RunWith(string variable, string value, Type program, params string[] args) =>
        RunIn(AppContext.BaseDirectory, new() { [variable] = value }, program, args);

    /// <summary>Runs from another folder that holds the tests' assembly.</summary>
    public static ChildResult RunIn(string folder, Type program, params string[] args) => RunIn(folder, [], program, args);

    private static ChildResult RunIn(string folder, Dictionary<string, string> environment, Type program, string[] args)
    {
        string assembly = Path.Combine(folder, Assembly.GetExecutingAssembly().GetName().Name + ".dll");
        var start = new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet")
        {
            ArgumentList = { "exec", assembly, TestProgram.ChildSwitch, program.FullName! },
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, setting) in environment)
        {
            start.Environment[name] = setting;
        }

        foreach (string arg in args)
        {
            start.ArgumentList.Add(arg);
        }

        using var child = Process.Start(start)!;
        var error = child.StandardError.ReadToEndAsync();
        var output = child.StandardOutput.ReadToEndAsync();
        if (!child.WaitForExit(Limit))
        {
            child.Kill(entireProcessTree: true);
            Assert.Fail($"{program.Name} did not end within {Limit}.");
        }

        return new ChildResult(child.ExitCode, output.Result, error.Result);
    }
}
