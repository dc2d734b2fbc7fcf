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
    /// <param name="killAfterTrials">Sends SIGKILL once so many trials stand in the journal; null: never.</param>
    /// <param name="delay">How long it waits then.</param>
    public ToolRun Run(string journal, int? killAfterTrials = null, TimeSpan delay = default)
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
        TimeSpan? due = null;
        while (!tool.WaitForExit(Interval))
        {
            try
            {
                peak = Math.Max(peak, ProcessFamily.ResidentBytes(tool));
                if (due is null && killAfterTrials <= JournalRow.CountWhole(journal))
                {
                    due = clock.Elapsed + delay;
                }

                if (clock.Elapsed >= due)
                {
                    tool.Kill();
                }
            }
            catch (InvalidOperationException)
            {
                // It has ended since it was last asked.
            }
        }

        _ = answer.Result;
        return new ToolRun(clock.Elapsed.TotalSeconds, (double)peak / (1 << 20), tool.ExitCode);
    }
}
