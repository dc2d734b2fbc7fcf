using System.Text.Json;

namespace Microsoft.ML.BlockPruning.Benchmarks.Sweeps;

/// <summary>A trial in a journal.</summary>
/// <param name="Trial">Keep, block, criterion, refit; "final" before that of the recommended network.</param>
/// <param name="Figures">What must not depend on how often the sweep was interrupted, as it stands in the file.</param>
/// <param name="Seconds">Wall time.</param>
internal sealed record JournalRow(string Trial, string Figures, double Seconds)
{
    private static readonly string[] Choices = ["keep", "block", "criterion", "refit"];
    private static readonly string[] Names = ["status", "top1", "kl", "multiplyAdds", "bytes", "error"];

    /// <summary>Trials in a file that may be in writing, or end with a line that a kill cut off; 0 where there is no file.</summary>
    public static int CountWhole(string journal)
    {
        if (!File.Exists(journal))
        {
            return 0;
        }

        using var file = new StreamReader(new FileStream(journal, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        string text = file.ReadToEnd();
        return text[..(text.LastIndexOf('\n') + 1)].Split('\n').Count(line => line.Contains("\"status\"", StringComparison.Ordinal));
    }

    /// <summary>All trials of a file, in its order.</summary>
    public static IReadOnlyList<JournalRow> Read(string journal)
    {
        var rows = new List<JournalRow>();
        foreach (string line in File.ReadLines(journal))
        {
            using var content = JsonDocument.Parse(line);
            bool isFinal = content.RootElement.TryGetProperty("final", out var trial);
            trial = isFinal ? trial : content.RootElement;
            if (trial.TryGetProperty("status", out _))
            {
                string name = string.Join(' ', Choices.Select(key => trial.GetProperty(key)));
                rows.Add(new JournalRow(
                    isFinal ? "final " + name : name,
                    string.Join(' ', Names.Select(key => trial.TryGetProperty(key, out var value) ? $"{key} {value.GetRawText()}" : "")),
                    trial.GetProperty("seconds").GetDouble()));
            }
        }

        return rows;
    }
}
