using System.Collections.Concurrent;
using System.CommandLine;
using System.Globalization;
using Microsoft.ML.BlockPruning.Benchmarks;
using Microsoft.ML.BlockPruning.Fuzz.Coverage;
using Microsoft.ML.BlockPruning.Fuzz.Seeding;
using Microsoft.ML.BlockPruning.Fuzz.Targets;

namespace Microsoft.ML.BlockPruning.Fuzz.Running;

/// <summary><c>run</c>: every target, as many at once as there are processors.</summary>
internal static class FuzzCommand
{
    public static System.CommandLine.Command Create()
    {
        var seconds = new Option<int>("--seconds") { Description = "Of all targets together", DefaultValueFactory = _ => 1800 };
        var seed = new Option<int>("--seed") { Description = "Of the changes", DefaultValueFactory = _ => 1 };
        var targets = new Option<string[]>("--target") { Description = "Formats; all where none is named", DefaultValueFactory = _ => [] };
        var json = new Option<string?>("--json") { Description = "Writes the result; rows of other targets that the file has stay" };
        var command = new System.CommandLine.Command("run", "Changes files of every format that the product reads, and reads them.")
        {
            seconds, seed, targets, json,
        };
        command.SetAction(parsed =>
        {
            string[] names = parsed.GetRequiredValue(targets);
            var chosen = names.Length == 0 ? FuzzTargets.All : [.. names.Select(FuzzTargets.Named)];
            var rows = Run(chosen, parsed.GetValue(seconds), parsed.GetValue(seed));
            if (parsed.GetValue(json) is { } path)
            {
                ResultFile.Write(path, Environment.ProcessorCount, Beside(path, rows));
            }

            return rows.Sum(row => row.Findings.Count) == 0 ? 0 : 1;
        });
        return command;
    }

    // Targets that were not run this time keep the rows that the file has of them.
    private static IReadOnlyList<FuzzRow> Beside(string path, IReadOnlyList<FuzzRow> rows) => !File.Exists(path)
        ? rows
        : [.. ResultFile.Read<FuzzRow>(path).Where(old => rows.All(row => row.Target != old.Target)), .. rows];

    private static IReadOnlyList<FuzzRow> Run(IReadOnlyList<IFuzzTarget> targets, int seconds, int seed)
    {
        string folder = Repository.At("artifacts", "fuzz");
        string program = InstrumentedCopy.Create(Path.Combine(folder, "bin"));
        foreach (var target in targets)
        {
            FolderOf(target).Prepare(target);
        }

        int atOnce = Math.Min(Environment.ProcessorCount, targets.Count);
        var share = TimeSpan.FromSeconds((double)seconds * atOnce / targets.Count);
        var rows = new ConcurrentDictionary<string, FuzzRow>();
        var queue = Partitioner.Create(targets, EnumerablePartitionerOptions.NoBuffering);
        Parallel.ForEach(queue, new() { MaxDegreeOfParallelism = atOnce }, target =>
        {
            var row = new TargetRun(target, program, FolderOf(target)).Run(share, seed);
            rows[target.Name] = row;
            Console.WriteLine(Line(row));
            foreach (var finding in row.Findings)
            {
                Console.WriteLine($"    {finding.Count} x {finding.Kind}: {finding.Signature} ({finding.File})");
            }
        });
        return [.. targets.Select(target => rows[target.Name])];

        FuzzFolder FolderOf(IFuzzTarget target) => new(Path.Combine(folder, target.Name));
    }

    private static string Line(FuzzRow row) => string.Create(
        CultureInfo.InvariantCulture,
        $"{row.Target}: {row.Files} files, {row.Kept} kept, {row.Branches} branches, {row.PeakMegabytes:F0} MB, "
        + $"{string.Join(", ", row.Outcomes.Select(outcome => $"{outcome.Value} {outcome.Key}"))}, {row.Findings.Count} findings");
}
