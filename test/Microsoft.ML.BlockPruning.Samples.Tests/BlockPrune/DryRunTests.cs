using System.Text.Json;

namespace Microsoft.ML.BlockPruning.Samples.Tests.BlockPrune;

/// <summary>A dry run tells of what a run would do, and does none of it.</summary>
[TestClass]
public sealed class DryRunTests : IDisposable
{
    private static readonly string[] Classes = ["ant", "bee", "cat"];

    private readonly TemporaryFolder _folder = new();
    private readonly string _model;
    private readonly string _images;
    private readonly string _zip;

    public DryRunTests()
    {
        _model = TinyNetwork.Save(_folder, classes: 3);
        _images = TinyNetwork.SaveImages(_folder, perClass: 10, Classes);
        _zip = _folder.File("pruned.zip");
    }

    public void Dispose() => _folder.Dispose();

    /// <summary>What the whole network scores, and what a refusal names as the nearest, come from other verbs.</summary>
    [TestMethod]
    public void DryRun_TellsWhatTheOtherVerbsFind()
    {
        string whole = _folder.File("whole.zip");
        string[] prune = ["prune", "--model", _model, "--images", _images, "--block", "8x8"];
        Assert.AreEqual(0, CliRun.Of([.. prune, "--keep", "1", "--output", whole]).ExitCode);
        using var evaluated = Parse(CliRun.Of("evaluate", whole, "--images", _images, "--json"));
        using var pruned = Parse(CliRun.Of([.. prune, "--keep", "0.6", "--output", _zip, "--json"]));
        string refused = CliRun.Of([.. prune, "--keep", "0.0001", "--output", _zip]).Error;
        string[] before = Files();

        using var dry = Parse(CliRun.Of([.. prune, "--keep", "0.6", "--output", _folder.File("none.zip"), "--dry-run", "--json"]));

        Assert.AreEqual(Of(evaluated, "top1"), Of(dry, "denseTop1"), 1e-9);
        Assert.AreEqual(24, Of(dry, "testImages"));
        Assert.AreEqual(Of(pruned, "denseMultiplyAdds"), Of(dry, "denseMultiplyAdds"));
        Assert.AreEqual(Of(pruned, "denseWeightBytes"), Of(dry, "denseWeightBytes"));
        var budget = dry.RootElement.GetProperty("budgets").EnumerateArray().Single();
        Assert.AreEqual("multiply-adds", budget.GetProperty("unit").GetString());
        Assert.AreEqual(0.6 * Of(dry, "denseMultiplyAdds"), budget.GetProperty("limit").GetDouble(), 1);
        double least = Math.Ceiling(budget.GetProperty("leastKeep").GetDouble() * 10_000) / 10_000;
        StringAssert.Contains(refused, FormattableString.Invariant($"Keep at least {least} of the multiply-adds"));
        Assert.IsGreaterThan(0.0, Of(dry, "seconds"));
        Assert.IsGreaterThan(100e6, Of(dry, "peakMemoryBytes"));
        CollectionAssert.AreEqual(before, Files(), "nothing is written");
    }

    [TestMethod]
    public void DryRun_OfABudgetOutOfReachSaysSoAndFails()
    {
        var run = CliRun.Of(
            "prune", "--model", _model, "--images", _images, "--block", "8x8", "--keep", "0.0001", "--dry-run");

        Assert.AreEqual(1, run.ExitCode);
        StringAssert.Contains(run.Output, "the least that can be kept is 0.");
        StringAssert.Contains(run.Error, "Keep at least 0.");
        Assert.DoesNotContain("Expected:", run.Output);
    }

    [TestMethod]
    public void DryRun_OfSeveralBudgetsAndShotsNamesEach()
    {
        var run = CliRun.Of(
            "prune", "--model", _model, "--images", _images, "--block", "8x8", "--keep", "0.8", "--bytes", "0.9", "--latency", "0.99",
            "--shots", "2", "--layer-floors", "blocks.1.attn.proj=0.5", "--keep-dense", "blocks.0.mlp.fc1", "--fine-tune-epochs", "1",
            "--dry-run");

        Assert.AreEqual(0, run.ExitCode, run.Error);
        StringAssert.Contains(run.Output, "Dry run: nothing is pruned and nothing is written.");
        StringAssert.Contains(run.Output, "Asked: 0.8 of the multiply-adds");
        StringAssert.Contains(run.Output, "Asked: 0.9 of the bytes");
        StringAssert.Contains(run.Output, "Asked: 0.99 of the latency at batch 1");
        StringAssert.Contains(run.Output, "Expected: ");
        StringAssert.Contains(run.Output, "Classes: 0 ant");
    }

    /// <summary>Without classes there is no top-1, and without a test set neither.</summary>
    [TestMethod]
    public void DryRun_WithoutLabelsLeavesTop1Out()
    {
        string flat = Directory.CreateDirectory(_folder.File("flat")).FullName;
        foreach (string label in Classes)
        {
            File.Copy(Path.Combine(_images, label, "0.png"), Path.Combine(flat, $"{label}.png"));
        }

        foreach (string[] images in new[] { ["--images", flat], new[] { "--calibration-images", _images } })
        {
            using var dry = Parse(CliRun.Of(["prune", "--model", _model, .. images, "--block", "8x8", "--dry-run", "--json"]));

            Assert.IsFalse(dry.RootElement.TryGetProperty("denseTop1", out _));
            Assert.IsGreaterThan(0.0, Of(dry, "seconds"));
        }
    }

    [TestMethod]
    [DataRow("--criterion", "magnitude", "--refit", "none")]
    [DataRow("--criterion", "mfac", "--refit", "layer-by-layer")]
    [DataRow("--allocation", "uniform", "--refit", "feedback")]
    [DataRow("--allocation", "measured-curves", "--refit", "feedback")]
    [DataRow("--allocation", "interaction-aware", "--refit", "feedback")]
    [DataRow("--calibration-labels", "column", "--refit", "reconstruction")]
    public void DryRun_TimesEveryMethod(params string[] method)
    {
        using var dry = Parse(CliRun.Of(
            ["prune", "--model", _model, "--images", _images, "--block", "8x8", "--keep", "0.8", .. method, "--dry-run", "--json"]));

        Assert.IsGreaterThan(0.0, Of(dry, "seconds"));
    }

    private string[] Files() => [.. Directory.GetFiles(_folder.Path, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];

    private static JsonDocument Parse(CliRun run)
    {
        Assert.AreEqual(0, run.ExitCode, run.Error);
        return JsonDocument.Parse(run.Output);
    }

    private static double Of(JsonDocument json, string key) => json.RootElement.GetProperty(key).GetDouble();
}
