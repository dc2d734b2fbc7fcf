using System.CommandLine;
using Microsoft.ML.BlockPruning.Files;
using Microsoft.ML.BlockPruning.Reporting;
using Microsoft.ML.BlockPruning.Runs.Reports;
using Microsoft.ML.BlockPruning.Sweeps;

namespace BlockPrune.Cli;

/// <summary>Writes a report: a page, the same as Markdown, and the plots that the Markdown shows.</summary>
internal static class ReportFiles
{
    public const string Extension = ".html";
    public const string Content = "a report is a page";

    public static Option<string?> Option() => new Option<string?>("--report")
    {
        Description = "Writes a report to look at, and the same as Markdown beside it",
        HelpName = "FILE.html",
    }.EndsIn(Extension, Content);

    public static Option<string?> References() => new("--references")
    {
        Description = "Points of other runtimes to show beside the trials, measured apart",
        HelpName = "FILE.jsonl",
    };

    /// <summary>Throws before minutes of work are spent on a page that cannot be written.</summary>
    /// <param name="path">The page; null: none is wanted.</param>
    /// <exception cref="IOException">The file cannot be created there.</exception>
    public static void RequireWritable(string? path)
    {
        if (path is not null)
        {
            AtomicFile.RequireWritable(path);
        }
    }

    /// <summary>Writes the report of a sweep.</summary>
    /// <returns>The files; none where no page is wanted.</returns>
    public static IReadOnlyList<string> Write(string? path, SweepReport report, CliOutput output)
    {
        if (path is null)
        {
            return [];
        }

        string name = Path.GetFileNameWithoutExtension(path);
        return Write(path, output, report.ToHtml(), report.ToMarkdown(name), report.ToPlots(name));
    }

    /// <summary>Writes the report of a model.</summary>
    /// <returns>The files.</returns>
    public static IReadOnlyList<string> Write(string path, ModelReport report, CliOutput output) =>
        Write(path, output, report.ToHtml(), report.ToMarkdown(), new Dictionary<string, string>());

    private static List<string> Write(
        string path, CliOutput output, string html, string markdown, IReadOnlyDictionary<string, string> plots)
    {
        string folder = Path.GetDirectoryName(path) ?? "";
        List<(string Path, string Text)> files =
        [
            (path, html),
            (Path.ChangeExtension(path, ".md"), markdown),
            .. plots.Select(plot => (Path.Combine(folder, plot.Key), plot.Value)),
        ];
        foreach (var (file, text) in files)
        {
            OutputFile.Write(file, text);
        }

        output.Error.WriteLine($"Report: {path}");
        return [.. files.Select(file => file.Path)];
    }
}
