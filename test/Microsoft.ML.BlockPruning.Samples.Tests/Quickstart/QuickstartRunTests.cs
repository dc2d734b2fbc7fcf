using System.Text.Json;
using Microsoft.ML.BlockPruning.Reporting;
using Microsoft.ML.BlockPruning.Runs.Reports;

namespace Microsoft.ML.BlockPruning.Samples.Tests.Quickstart;

[TestClass]
public sealed class QuickstartRunTests
{
    private static readonly string[] Classes = ["ant", "bee", "cat"];

    [TestMethod]
    public void Run_PrunesSavesAndReloadsAFolderOfImages()
    {
        using var source = new TemporaryFolder();
        using var work = new TemporaryFolder();
        string model = TinyNetwork.Save(source, classes: 3);
        string images = TinyNetwork.SaveImages(source, perClass: 10, Classes);

        var (exitCode, output, error) = SampleProcess.Run(
            "Quickstart", work.Path, "--model", model, "--images", images, "--keep", "0.6", "--block", "8x8", "--json", "result.json");

        Assert.AreEqual(0, exitCode, error);
        Assert.AreEqual("", error);
        Assert.DoesNotContain('\e', output, "a pipe must not receive terminal codes");
        StringAssert.Contains(output, "6 calibration images, 24 test images");
        CollectionAssert.AreEquivalent(new[] { "pruned.zip", "result.json", "report.json", "report.md" }, Files(work));
        using var json = JsonDocument.Parse(File.ReadAllText(work.File("result.json")));
        Assert.IsTrue(json.RootElement.GetProperty("reloadIdentical").GetBoolean());
        double keep = Figure(json, "pruned", "macs") / Figure(json, "dense", "macs");
        // 5 tokens x 8 x 8 weights is one block; the budget is met to one block.
        double oneBlock = 5 * 64 / Figure(json, "dense", "macs");
        Assert.IsTrue(keep <= 0.6 && keep > 0.6 - oneBlock, $"kept {keep}");
        Assert.AreEqual(new FileInfo(work.File("pruned.zip")).Length, Figure(json, "pruned", "bytes"));
        var report = PruneReport.FromJson(File.ReadAllText(work.File("report.json")));
        Assert.AreEqual(Figure(json, "pruned", "macs"), report.Network.Pruned.MultiplyAdds);
        Assert.AreEqual(24, report.Network.HeldOut!.Images);
        StringAssert.Contains(output, "report.md");
        Assert.AreEqual(report.ToMarkdown(), File.ReadAllText(work.File("report.md")));
    }

    [TestMethod]
    public void Run_ChangesNothingAtKeepOne()
    {
        using var source = new TemporaryFolder();
        using var work = new TemporaryFolder();
        string model = TinyNetwork.Save(source, classes: 3);
        string images = TinyNetwork.SaveImages(source, perClass: 10, Classes);

        var (exitCode, _, error) = SampleProcess.Run(
            "Quickstart", work.Path, "--model", model, "--images", images, "--keep", "1", "--json", "result.json");

        Assert.AreEqual(0, exitCode, error);
        using var json = JsonDocument.Parse(File.ReadAllText(work.File("result.json")));
        Assert.AreEqual(Figure(json, "dense", "top1"), Figure(json, "pruned", "top1"));
        Assert.AreEqual(Figure(json, "dense", "macs"), Figure(json, "pruned", "macs"));
    }

    [TestMethod]
    [OSCondition(OperatingSystems.Linux | OperatingSystems.OSX)]
    public void Run_LeavesNothingBehindWhenCancelled()
    {
        using var work = new TemporaryFolder();
        using var run = SampleProcess.Start("Quickstart", work.Path, "--json", "result.json");
        run.WaitForOutput("test images"); // the first lines: from here on it works for a minute

        run.Interrupt();

        var (exitCode, _, error) = run.WaitForExit();
        Assert.AreEqual(130, exitCode, error);
        CollectionAssert.AreEqual(
            new[] { "Stopping after the current step.", "Cancelled; nothing was left half-written." },
            error.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
        Assert.IsEmpty(Files(work));
    }

    private static double Figure(JsonDocument json, string model, string key) =>
        json.RootElement.GetProperty(model).GetProperty(key).GetDouble();

    private static string[] Files(TemporaryFolder folder) =>
        [.. Directory.GetFileSystemEntries(folder.Path).Select(path => Path.GetFileName(path))];
}
