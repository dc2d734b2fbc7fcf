using Microsoft.ML.BlockPruning.Fuzz.Mutation;
using Microsoft.ML.BlockPruning.Fuzz.Seeding;
using Microsoft.ML.BlockPruning.Reporting;
using Microsoft.ML.BlockPruning.Sweeps;

namespace Microsoft.ML.BlockPruning.Fuzz.Targets;

/// <summary>The points of comparison that a sweep's report is given.</summary>
internal sealed class ReferencesTarget : IFuzzTarget
{
    private readonly ScratchFile _file = new("references.jsonl");

    private readonly Lazy<SweepReport> _sweep = new(
        () => SweepJournal.ReadReport(Repository.At("test", "Corpus", "journal", "seed-every-line.jsonl")));

    public string Name => "references";

    public IReadOnlyList<Type> Documented { get; } = [typeof(InvalidDataException)];

    public IReadOnlyList<IMutator> Mutators { get; } = [new JsonLinesEdit(), new NumberTextEdit()];

    public IReadOnlyList<string> Cases { get; } = [];

    public IEnumerable<byte[]> Seeds() => []; // in the corpus

    public void Read(byte[] content)
    {
        var report = _sweep.Value.WithReferences(_file.With(content));
        Sound.Must("make a page", report.ToHtml);
        Sound.Must("make Markdown", () => report.ToMarkdown());
        Sound.Must("make plots", () => report.ToPlots());
    }
}
