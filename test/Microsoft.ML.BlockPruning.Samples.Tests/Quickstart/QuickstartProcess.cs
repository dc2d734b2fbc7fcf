using System.Diagnostics;

namespace Microsoft.ML.BlockPruning.Samples.Tests.Quickstart;

/// <summary>The sample as a user runs it: a process of its own with its output in pipes.</summary>
internal sealed class QuickstartProcess : IDisposable
{
    private readonly Process _process;
    private readonly Task<string> _output;
    private readonly Task<string> _error;

    private QuickstartProcess(Process process)
    {
        _process = process;
        _output = process.StandardOutput.ReadToEndAsync();
        _error = process.StandardError.ReadToEndAsync();
    }

    public int Id => _process.Id;

    public static QuickstartProcess Start(string workingFolder, params string[] arguments)
    {
        string program = Path.Combine(AppContext.BaseDirectory, OperatingSystem.IsWindows() ? "Quickstart.exe" : "Quickstart");
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = workingFolder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        return new QuickstartProcess(Process.Start(start)!);
    }

    public static (int ExitCode, string Output, string Error) Run(string workingFolder, params string[] arguments)
    {
        using var run = Start(workingFolder, arguments);
        return run.WaitForExit();
    }

    public (int ExitCode, string Output, string Error) WaitForExit()
    {
        _process.WaitForExit();
        return (_process.ExitCode, _output.Result, _error.Result);
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
        }

        _process.Dispose();
    }
}
