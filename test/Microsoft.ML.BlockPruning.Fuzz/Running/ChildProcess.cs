using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Microsoft.ML.BlockPruning.Fuzz.Running;

/// <summary>One child: started, watched, and ended where it takes too long or too much.</summary>
internal sealed class ChildProcess
{
    private const int ShownCharacters = 4000;
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(20);
    private readonly ProcessStartInfo _start;
    private readonly StringBuilder _errors = new();

    /// <param name="program">The instrumented copy.</param>
    /// <param name="target">The target's name.</param>
    /// <param name="folder">The target's.</param>
    /// <param name="seed">Of its draws.</param>
    /// <param name="time">How long it is to run.</param>
    public ChildProcess(string program, string target, FuzzFolder folder, int seed, TimeSpan time)
    {
        _start = new ProcessStartInfo(Environment.ProcessPath!)
        {
            RedirectStandardError = true,
            ArgumentList =
            {
                "exec", program, "child", target, "--folder", folder.Path, "--seed", seed.ToString(CultureInfo.InvariantCulture),
                "--seconds", time.TotalSeconds.ToString("F1", CultureInfo.InvariantCulture),
            },
            Environment =
            {
                ["DOTNET_GCHeapHardLimit"] = FuzzLimits.ManagedBytes.ToString("x", CultureInfo.InvariantCulture),
                ["DOTNET_DbgEnableMiniDump"] = "0",
                ["OMP_NUM_THREADS"] = "1",
                ["TMPDIR"] = folder.Scratch,
            },
        };
        if (!Path.GetFileNameWithoutExtension(_start.FileName).Equals("dotnet", StringComparison.OrdinalIgnoreCase))
        {
            _start.FileName = "dotnet"; // started by the program of its own that a build leaves beside the assembly
        }
    }

    /// <summary>Most resident memory that it was seen with.</summary>
    public long PeakBytes { get; private set; }

    /// <summary>The end of what it complained of.</summary>
    public string Errors => _errors.Length <= ShownCharacters ? _errors.ToString() : _errors.ToString(0, ShownCharacters);

    /// <summary>Runs it to its end.</summary>
    /// <param name="slot">What it is trying.</param>
    /// <returns>How it ended, in words; null where it ended by itself and well.</returns>
    public (string Kind, string How)? Run(InputSlot slot)
    {
        slot.Clear();
        using var process = Process.Start(_start)!;
        process.ErrorDataReceived += (_, line) => _errors.AppendLine(line.Data);
        process.BeginErrorReadLine();
        long number = 0;
        var (wall, processor) = (Stopwatch.StartNew(), TimeSpan.Zero);
        while (!process.WaitForExit(Interval))
        {
            PeakBytes = Math.Max(PeakBytes, PeakMemory.Of(process.Id.ToString(CultureInfo.InvariantCulture)));
            if (number != slot.Number)
            {
                number = slot.Number;
                wall.Restart();
                processor = ProcessorTimeOf(process) ?? processor;
            }

            // A little above the limit: the child tells itself which input it was, if it comes to the end of it.
            bool isOver = PeakBytes > FuzzLimits.MemoryBytes + (FuzzLimits.MemoryBytes >> 3);
            bool isStuck = number > 0 && ProcessorTimeOf(process) - processor > FuzzLimits.ProcessorTime;
            if (isOver || isStuck || wall.Elapsed > FuzzLimits.WallTime)
            {
                process.Kill(entireProcessTree: true);
                process.WaitForExit();
                return isOver
                    ? ("memory", $"over {FuzzLimits.MemoryBytes >> 20} MB")
                    : ("hang", $"over {(isStuck ? FuzzLimits.ProcessorTime : FuzzLimits.WallTime).TotalSeconds} s");
            }
        }

        process.WaitForExit();
        return process.ExitCode == 0 ? null : (slot.Number == 0 ? "start" : "crash", How(process.ExitCode));
    }

    private string How(int exitCode)
    {
        string signal = exitCode switch
        {
            139 => "segmentation fault",
            134 => "abort",
            137 => "killed",
            _ => $"exit code {exitCode}",
        };
        string[] lines = [.. Errors.Split('\n').Select(line => line.Trim())];
        string? first = Array.Find(lines, line => line.Length > 0);
        string? ours = Array.Find(lines, line => line.StartsWith("at Microsoft.ML.BlockPruning.", StringComparison.Ordinal)
            || line.StartsWith("at SkiaSharp", StringComparison.Ordinal));
        return $"{signal}{(first is null ? "" : $": {first}")}{(ours is null ? "" : $" {ours.Split('(')[0]}")}";
    }

    private static TimeSpan? ProcessorTimeOf(Process process)
    {
        try
        {
            return process.TotalProcessorTime;
        }
        catch (InvalidOperationException)
        {
            return null; // it has ended since it was last asked
        }
    }
}
