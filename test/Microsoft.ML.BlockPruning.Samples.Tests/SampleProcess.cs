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

    /// <summary>The SDK, as it is started outside any other build.</summary>
    public static SampleProcess StartDotnet(string workingFolder, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", arguments)
        {
            WorkingDirectory = workingFolder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (string name in start.Environment.Keys.Where(name => name.StartsWith("MSBUILD", StringComparison.Ordinal)).ToList())
        {
            start.Environment.Remove(name);
        }

        start.Environment["MSBUILDDISABLENODEREUSE"] = "1"; // nothing outlives the test
        start.Environment["DOTNET_NOLOGO"] = "1";
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

    /// <summary>Returns the text behind a mark once it has printed a line with both, or fails where it ends or takes too long.</summary>
    public string WaitForLine(string mark, TimeSpan limit)
    {
        var clock = Stopwatch.StartNew();
        while (!_output.IsCompleted && clock.Elapsed < limit)
        {
            string seen = Seen();
            int start = seen.IndexOf(mark, StringComparison.Ordinal), end = start < 0 ? -1 : seen.IndexOf('\n', start);
            if (end >= 0)
            {
                return seen[(start + mark.Length)..end].Trim();
            }

            Thread.Sleep(20);
        }

        throw new AssertFailedException($"It did not print '{mark}' within {clock.Elapsed}: {Seen()}");
    }

    /// <summary>As a service manager ends a service.</summary>
    public void Terminate() => PosixSignals.Send(_process.Id, PosixSignals.Terminate);

    /// <summary>As <see cref="WaitForExit()"/>; fails where it takes too long.</summary>
    public (int ExitCode, string Output, string Error) WaitForExit(TimeSpan limit) => _process.WaitForExit(limit)
        ? WaitForExit()
        : throw new AssertFailedException($"It has not ended within {limit}: {Seen()}");

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
