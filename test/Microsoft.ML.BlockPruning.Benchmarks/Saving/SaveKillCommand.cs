using System.CommandLine;
using System.Globalization;

namespace Microsoft.ML.BlockPruning.Benchmarks.Saving;

/// <summary><c>save-kill</c>: kills every writer at random moments; the file is the old one or the new one each time.</summary>
internal static class SaveKillCommand
{
    public static System.CommandLine.Command Create()
    {
        var kills = new Option<int>("--kills") { Description = "Of each writer", DefaultValueFactory = _ => 200 };
        var seed = new Option<int>("--seed") { Description = "Of the moments", DefaultValueFactory = _ => 1 };
        var json = new Option<string?>("--json") { Description = "Writes the result" };
        var command = new System.CommandLine.Command("save-kill", "Kills writers at random moments and reads what is left.")
        {
            kills, seed, json,
        };
        command.SetAction(parsed =>
        {
            var rows = new List<SaveKillRow>();
            foreach (var create in SaveCase.All)
            {
                using var killer = new SaveKiller(create(), parsed.GetValue(seed));
                var row = killer.Run(parsed.GetValue(kills));
                rows.Add(row);
                if (parsed.GetValue(json) is { } path)
                {
                    ResultFile.Write(path, Environment.ProcessorCount, rows);
                }

                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{row.Writer}: {row.Kills} kills ({row.Before} before, {row.During} during, {row.After} after a write): {row.Old} "
                    + $"times the old file, {row.New} times the new one, {row.Wrong.Count} times neither; a part beside it "
                    + $"{row.PartsBeside} times, after the next save {row.PartsAfterNextSave} times"));
                foreach (string wrong in row.Wrong)
                {
                    Console.Error.WriteLine(wrong);
                }
            }

            return rows.All(row => row is { Wrong.Count: 0, PartsAfterNextSave: 0 }) ? 0 : 1;
        });
        return command;
    }
}
