using System.Text;
using Microsoft.ML.BlockPruning.Fuzz.Mutation;
using Microsoft.ML.BlockPruning.Fuzz.Seeding;
using Microsoft.ML.BlockPruning.Reporting;
using Microsoft.ML.BlockPruning.Runs.Reports;

namespace Microsoft.ML.BlockPruning.Fuzz.Targets;

/// <summary>A pruning report's JSON.</summary>
internal sealed class ReportTarget : IFuzzTarget
{
    public string Name => "report";

    public IReadOnlyList<Type> Documented { get; } = [typeof(InvalidDataException)];

    public IReadOnlyList<IMutator> Mutators { get; } = [new JsonTreeEdit(), new JsonTreeEdit(), new NumberTextEdit()];

    public IReadOnlyList<string> Cases { get; } = [];

    public IEnumerable<byte[]> Seeds() => [FittedSeed.Report];

    public void Read(byte[] content)
    {
        var report = PruneReport.FromJson(Encoding.UTF8.GetString(content));
        string saved = Sound.Must("save", report.ToJson);
        Sound.Same("The report", saved, Sound.Must("load again", () => PruneReport.FromJson(saved).ToJson()));
        Sound.Must("make text", report.ToText);
        Sound.Must("make Markdown", report.ToMarkdown);
        Sound.Must("make a page", report.ToHtml);
    }
}
