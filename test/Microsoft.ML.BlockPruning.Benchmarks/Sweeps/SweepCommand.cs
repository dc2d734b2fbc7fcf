using System.CommandLine;
using System.Globalization;

namespace Microsoft.ML.BlockPruning.Benchmarks.Sweeps;

/// <summary><c>sweep</c>: time and memory of twelve points on the bundled network, six kept fractions by two blocks.</summary>
internal static class SweepCommand
{
    // With workers libtorch runs on one thread in each: one worker is what two are to be compared with.
    private static readonly (string Name, string[] Arguments)[] Executors =
    [
        ("in-process", ["--executor", "in-process"]),
        ("child-process", ["--executor", "child-process"]),
        ("1 worker", ["--workers", "1"]),
        ("2 workers", ["--workers", "2"]),
    ];

    public static System.CommandLine.Command Create()
    {
        var tool = new Option<string>("--tool") { Description = "blockprune.dll", Required = true };
        var json = new Option<string?>("--json") { Description = "Writes the result" };
        var rounds = new Option<int>("--rounds") { Description = "Runs of each executor", DefaultValueFactory = _ => 1 };
        var command = new System.CommandLine.Command("sweep", "Times the twelve-point sweep of the bundled network.")
        {
            tool, json, rounds,
        };
        command.SetAction(parsed =>
        {
            string assembly = Path.GetFullPath(parsed.GetRequiredValue(tool));
            var rows = new List<SweepRow>();
            for (int round = 0; round < parsed.GetValue(rounds); round++)
            {
                foreach (var (executor, arguments) in Executors)
                {
                    rows.Add(Run(assembly, executor, arguments));
                    Console.WriteLine(string.Create(
                        CultureInfo.InvariantCulture,
                        $"{executor}: {rows[^1].Seconds:F1} s, {rows[^1].SecondsPerTrial.Count} trials of "
                        + $"{rows[^1].SecondsPerTrial.Min():F1} to {rows[^1].SecondsPerTrial.Max():F1} s, {rows[^1].PeakMegabytes:F0} MB"));
                }
            }

            if (parsed.GetValue(json) is { } path)
            {
                ResultFile.Write(path, Environment.ProcessorCount, rows);
            }
        });
        return command;
    }

    private static SweepRow Run(string assembly, string executor, string[] arguments)
    {
        var folder = Directory.CreateTempSubdirectory("blockpruning-sweep-");
        try
        {
            string journal = Path.Combine(folder.FullName, "sweep.jsonl");
            var tool = new SweepTool(
                assembly, ["--keep", "0.8,0.7,0.6,0.5,0.35,0.25", "--block", "16x16,32x32", .. arguments]);
            var run = tool.Run(journal);
            var trials = JournalRow.Read(journal);
            return run.ExitCode == 0
                ? new SweepRow(
                    executor, run.Seconds, [.. trials.Select(trial => trial.Seconds)], [.. trials.Select(trial => trial.Trial)],
                    run.PeakMegabytes)
                : throw new InvalidOperationException($"The sweep ended with exit code {run.ExitCode}.");
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
