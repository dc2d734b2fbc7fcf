using System.Diagnostics;

namespace Microsoft.ML.BlockPruning.Benchmarks.Sweeps;

/// <summary>Runs <c>blockprune sweep --bundled</c> in a process of its own.</summary>
/// <param name="assembly">The built tool, <c>blockprune.dll</c>.</param>
/// <param name="arguments">What is to be swept.</param>
internal sealed class SweepTool(string assembly, IReadOnlyList<string> arguments)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(20);

    /// <summary>Runs.</summary>
    /// <param name="journal">The journal's file.</param>
    /// <param name="killAfter">When to send SIGKILL; null: never.</param>
    public ToolRun Run(string journal, TimeSpan? killAfter = null)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardOutput = true };
        foreach (string argument in
            (IEnumerable<string>)["exec", assembly, "sweep", "--bundled", .. arguments, "--journal", journal, "--json"])
        {
            start.ArgumentList.Add(argument);
        }

        var clock = Stopwatch.StartNew();
        using var tool = Process.Start(start)!;
        var answer = tool.StandardOutput.ReadToEndAsync();
        long peak = 0;
        while (!tool.WaitForExit(Interval))
        {
            tool.Refresh();
            peak = Math.Max(peak, tool.WorkingSet64);
            if (clock.Elapsed > killAfter)
            {
                tool.Kill();
            }
        }

        _ = answer.Result;
        return new ToolRun(clock.Elapsed.TotalSeconds, (double)peak / (1 << 20), tool.ExitCode);
    }
}
