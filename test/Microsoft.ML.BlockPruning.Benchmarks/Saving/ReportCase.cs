using System.Text;
using System.Xml.Linq;
using Microsoft.ML.BlockPruning.Files;
using Microsoft.ML.BlockPruning.Reporting;

namespace Microsoft.ML.BlockPruning.Benchmarks.Saving;

/// <summary>The page of a sweep, written as the samples write texts.</summary>
internal sealed class ReportCase() : SaveCase(Is, "report.html")
{
    public const string Is = "report";

    private readonly byte[][] _pages = [.. Enumerable.Range(0, Versions).Select(PageOf)];

    public override void Write(string path, int version) => AtomicFile.Write(path, file => file.Write(_pages[version]));

    public override void Dispose()
    {
    }

    // A page is XML behind its first line.
    protected override void Parse(string path)
    {
        string text = File.ReadAllText(path);
        XDocument.Parse(text[text.IndexOf("<html", StringComparison.Ordinal)..]);
    }

    private static byte[] PageOf(int version)
    {
        var folder = Directory.CreateTempSubdirectory("blockpruning-kill-");
        try
        {
            using var journals = new JournalCase();
            string journal = Path.Combine(folder.FullName, journals.FileName);
            journals.Write(journal, version);
            return Encoding.UTF8.GetBytes(SweepJournal.ReadReport(journal, maximumDrop: 0.01).ToHtml());
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
