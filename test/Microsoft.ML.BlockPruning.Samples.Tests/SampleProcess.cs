using System.Diagnostics;
using System.Text;

namespace Microsoft.ML.BlockPruning.Samples.Tests;

/// <summary>A sample as a user runs it at a terminal, with its output in pipes: a process of its own that Ctrl-C reaches.</summary>
internal sealed class SampleProcess : IDisposable
{
    private readonly Process _process;
    private readonly StringBuilder _seen = new();
    private readonly Task<string> _output;
    private readonly Task<string> _error;

    private SampleProcess(Process process)
    {
        _process = process;
        _output = ReadAsync(process.StandardOutput);
        _error = process.StandardError.ReadToEndAsync();
    }

    public static SampleProcess Start(string name, string workingFolder, params string[] arguments)
    {
        string program = Path.Combine(AppContext.BaseDirectory, OperatingSystem.IsWindows() ? $"{name}.exe" : name);
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = workingFolder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        return new SampleProcess(PosixSignals.WithoutIgnored(() => Process.Start(start)!));
    }

    public static (int ExitCode, string Output, string Error) Run(string name, string workingFolder, params string[] arguments)
    {
        using var run = Start(name, workingFolder, arguments);
        return run.WaitForExit();
    }

    /// <summary>Returns once it has printed a text, or ended.</summary>
    public void WaitForOutput(string text)
    {
        while (!_output.IsCompleted && !Seen().Contains(text, StringComparison.Ordinal))
        {
            Thread.Sleep(20);
        }
    }

    /// <summary>As Ctrl-C on a terminal.</summary>
    public void Interrupt() => PosixSignals.Send(_process.Id, PosixSignals.Interrupt);

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

    private async Task<string> ReadAsync(StreamReader reader)
    {
        char[] buffer = new char[1024];
        int count;
        while ((count = await reader.ReadAsync(buffer)) > 0)
        {
            lock (_seen)
            {
                _seen.Append(buffer, 0, count);
            }
        }

        return Seen();
    }

    private string Seen()
    {
        lock (_seen)
        {
            return _seen.ToString();
        }
    }
}
