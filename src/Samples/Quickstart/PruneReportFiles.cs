using System.Text;
using Microsoft.ML.BlockPruning.Reporting;

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
        OutputFile.RequireWritable(MarkdownPath);
        OutputFile.RequireWritable(JsonPath);
    }

    public void Write(PruneReport report)
    {
        Write(MarkdownPath, report.ToMarkdown());
        Write(JsonPath, report.ToJson());
    }

    private static void Write(string path, string text) => OutputFile.Write(path, stream => stream.Write(Encoding.UTF8.GetBytes(text)));
}
