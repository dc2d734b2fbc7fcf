using System.Text.Json;

namespace Microsoft.ML.BlockPruning.Fuzz.Running;

/// <summary>What came of the inputs of a child, or of all children of a target.</summary>
internal sealed class Tally
{
    public long Files { get; set; }

    public int Kept { get; set; }

    public int Branches { get; set; }

    public long PeakBytes { get; set; }

    /// <summary>How many files were read, and how many ended in each documented exception.</summary>
    public SortedDictionary<string, long> Outcomes { get; init; } = new(StringComparer.Ordinal);

    public List<Finding> Findings { get; init; } = [];

    public void Count(string outcome) => Outcomes[outcome] = Outcomes.GetValueOrDefault(outcome) + 1;

    public void Add(Finding finding)
    {
        if (Findings.Find(known => known.File == finding.File) is { } known)
        {
            known.Count += finding.Count;
        }
        else
        {
            Findings.Add(finding);
        }
    }

    /// <summary>Adds what another child found; branches and kept inputs are those of the child that knew most.</summary>
    public void Add(Tally other)
    {
        Files += other.Files;
        Kept = Math.Max(Kept, other.Kept);
        Branches = Math.Max(Branches, other.Branches);
        PeakBytes = Math.Max(PeakBytes, other.PeakBytes);
        foreach (var (outcome, count) in other.Outcomes)
        {
            Outcomes[outcome] = Outcomes.GetValueOrDefault(outcome) + count;
        }

        foreach (var finding in other.Findings)
        {
            Add(finding);
        }
    }

    /// <summary>Writes, so that a reader sees the old or the new one.</summary>
    public void Save(string path)
    {
        File.WriteAllText(path + ".new", JsonSerializer.Serialize(this));
        File.Move(path + ".new", path, overwrite: true);
    }

    /// <summary>Reads; empty where there is none.</summary>
    public static Tally Load(string path) =>
        File.Exists(path) ? JsonSerializer.Deserialize<Tally>(File.ReadAllText(path))! : new Tally();
}
