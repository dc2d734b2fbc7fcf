using System.CommandLine;
using System.Globalization;

namespace Microsoft.ML.BlockPruning.Benchmarks.Sweeps;

/// <summary><c>sweep-kill</c>: a sweep that is killed three times and taken up again, against the same one left alone.</summary>
internal static class KillCommand
{
    private const int Kills = 3;

    private static readonly string[] Sweep =
    [
        "--keep", "0.7,0.5,0.35", "--block", "16x16,32x32", "--max-images", "500", "--final-refit", "feedback",
    ];

    public static System.CommandLine.Command Create()
    {
        var tool = new Option<string>("--tool") { Description = "blockprune.dll", Required = true };
        var seed = new Option<int>("--seed") { Description = "Of the moments", DefaultValueFactory = _ => 1 };
        var json = new Option<string?>("--json") { Description = "Writes the result" };
        var sweep = new Argument<string[]>("sweep")
        {
            Description = "What is swept, as 'blockprune sweep --bundled' takes it, after --; six points where nothing is given",
            DefaultValueFactory = _ => Sweep,
        };
        var command = new System.CommandLine.Command("sweep-kill", "Kills a sweep at random moments, resumes it and compares.")
        {
            tool, seed, json, sweep,
        };
        command.SetAction(parsed =>
        {
            string assembly = Path.GetFullPath(parsed.GetRequiredValue(tool));
            var row = Run(new SweepTool(assembly, parsed.GetRequiredValue(sweep)), parsed.GetValue(seed));
            if (parsed.GetValue(json) is { } path)
            {
                ResultFile.Write(path, Environment.ProcessorCount, [row]);
            }

            if (row.KilledAfterSeconds.Count < Kills)
            {
                Console.Error.WriteLine($"Only {row.KilledAfterSeconds.Count} of {Kills} runs were killed: change the seed.");
            }

            string found = row.Repeated.Count + row.Differing.Count == 0 ? "each once, with the same figures" : string.Join(
                "; ", row.Repeated.Select(trial => $"{trial} more than once").Concat(row.Differing.Select(trial => $"{trial} differs")));
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{row.Trials} trials, killed after {string.Join(", ", row.KilledAfterSeconds.Select(s => $"{s:F1}"))} s with "
                + $"{string.Join(", ", row.TrialsThen)} trials done: {found}"));
            return row.Repeated.Count + row.Differing.Count == 0 && row.KilledAfterSeconds.Count == Kills ? 0 : 1;
        });
        return command;
    }

    private static KillRow Run(SweepTool tool, int seed)
    {
        var folder = Directory.CreateTempSubdirectory("blockpruning-kill-");
        try
        {
            string whole = Path.Combine(folder.FullName, "whole.jsonl"), killed = Path.Combine(folder.FullName, "killed.jsonl");
            double uninterrupted = Completed(tool.Run(whole)).Seconds;
            var expected = JournalRow.Read(whole);
            var random = new Random(seed);

            // In one trial each, anywhere in it: a number of trials to wait for, and a part of the time of the one that runs then.
            int[] after = [.. Enumerable.Range(0, expected.Count)];
            random.Shuffle(after);
            var moments = new List<double>();
            var done = new List<int>();
            double seconds = 0;
            foreach (int trials in after.Take(Kills).Order())
            {
                var run = tool.Run(killed, trials, TimeSpan.FromSeconds(random.NextDouble() * expected[trials].Seconds));
                seconds += run.Seconds;
                if (run.ExitCode != 0)
                {
                    moments.Add(run.Seconds);
                    done.Add(JournalRow.CountWhole(killed));
                }
            }

            seconds += Completed(tool.Run(killed)).Seconds;
            var found = JournalRow.Read(killed).ToLookup(row => row.Trial);
            return new KillRow(
                seed, moments, done, expected.Count,
                [.. found.Where(trial => trial.Count() > 1).Select(trial => trial.Key)],
                [
                    .. expected.Where(row => found[row.Trial].LastOrDefault()?.Figures != row.Figures).Select(row => row.Trial),
                    .. found.Select(trial => trial.Key).Except(expected.Select(row => row.Trial)),
                ],
                uninterrupted, seconds);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static ToolRun Completed(ToolRun run) =>
        run.ExitCode == 0 ? run : throw new InvalidOperationException($"The sweep ended with exit code {run.ExitCode}.");
}
