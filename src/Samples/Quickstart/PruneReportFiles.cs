using Microsoft.ML.BlockPruning.Files;
using Microsoft.ML.BlockPruning.Reporting;
using Microsoft.ML.BlockPruning.Runs.Reports;

namespace Quickstart;

/// <summary>The library's report as two files beside the saved model, <c>report.md</c> and <c>report.json</c>.</summary>
internal sealed class PruneReportFiles(string modelPath)
{
    private readonly string _folder = Path.GetDirectoryName(Path.GetFullPath(modelPath)) ?? "";

    public string MarkdownPath => Path.Combine(_folder, "report.md");

    public string JsonPath => Path.Combine(_folder, "report.json");

    /// <summary>Throws before minutes of work are spent on files that cannot be written.</summary>
    /// <exception cref="IOException">One cannot be created there.</exception>
    public void RequireWritable()
    {
        AtomicFile.RequireWritable(MarkdownPath);
        AtomicFile.RequireWritable(JsonPath);
    }

    public void Write(PruneReport report)
    {
        OutputFile.Write(MarkdownPath, report.ToMarkdown());
        OutputFile.Write(JsonPath, report.ToJson());
    }
}
