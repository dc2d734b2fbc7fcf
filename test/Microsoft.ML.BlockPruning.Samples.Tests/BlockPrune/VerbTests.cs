using System.Text.Json;

namespace Microsoft.ML.BlockPruning.Samples.Tests.BlockPrune;

[TestClass]
public sealed class VerbTests : IDisposable
{
    private static readonly string[] Classes = ["ant", "bee", "cat"];

    private readonly TemporaryFolder _folder = new();
    private readonly string _model;
    private readonly string _images;

    public VerbTests()
    {
        _model = TinyNetwork.Save(_folder, classes: 3);
        _images = TinyNetwork.SaveImages(_folder, perClass: 10, Classes);
    }

    public void Dispose() => _folder.Dispose();

    [TestMethod]
    public void Prune_SavesWhatTheOtherVerbsRead()
    {
        string zip = _folder.File("pruned.zip");
        using var pruned = Json("prune", "--model", _model, "--images", _images, "--keep", "0.6", "--block", "8x8", "--output", zip);
        double keep = Number(pruned, "multiplyAdds") / Number(pruned, "denseMultiplyAdds");
        Assert.IsTrue(keep is <= 0.6 and > 0.5, $"kept {keep}");

        using var evaluated = Json("evaluate", zip, "--images", _images);
        Assert.AreEqual(24, Number(evaluated, "images"));

        using var inspected = Json("inspect", zip);
        Assert.AreEqual(8, inspected.RootElement.GetProperty("layers").GetArrayLength());
        Assert.AreEqual(Number(pruned, "multiplyAdds"), Number(inspected, "multiplyAdds"));

        string image = Directory.GetFiles(Path.Combine(_images, "bee"))[0];
        using var predicted = Json("predict", zip, image);
        CollectionAssert.Contains(Classes, predicted.RootElement.GetProperty("label").GetString());
        Assert.IsTrue(Number(predicted, "probability") is > 1.0 / 3 and <= 1);
    }

    [TestMethod]
    public void Prune_WithHeldOutImages_ComparesOnThem()
    {
        string[] images = ["--model", _model, "--images", _images, "--block", "8x8", "--refit", "none"];
        using var whole = Json(["prune", .. images, "--keep", "1", "--held-out", "0.5", "--output", _folder.File("whole.zip")]);
        using var none = Json(["prune", .. images, "--keep", "1", "--held-out", "0", "--output", _folder.File("none.zip")]);

        var heldOut = whole.RootElement.GetProperty("heldOut");
        Assert.AreEqual(3, heldOut.GetProperty("images").GetInt32(), "half of the six that calibrate");
        Assert.AreEqual(1, heldOut.GetProperty("top1Agreement").GetDouble(), "with every block kept nothing changes");
        Assert.IsLessThan(1e-6, heldOut.GetProperty("kl").GetDouble());
        Assert.IsFalse(none.RootElement.TryGetProperty("heldOut", out _));
        StringAssert.Contains(none.RootElement.GetProperty("notes").ToString(), "--held-out");
        var refused = CliRun.Of(["prune", .. images, "--held-out", "1"]);
        Assert.AreEqual(2, refused.ExitCode);
        StringAssert.Contains(refused.Error, "1 is not in [0, 1)");
    }

    [TestMethod]
    public void Prune_ToSeveralBudgets_MeetsThemAndSaysWhatCameOfTheTime()
    {
        using var pruned = Json(
            "prune", "--model", _model, "--images", _images, "--block", "8x8", "--refit", "none", "--output", _folder.File("fast.zip"),
            "--latency", "0.99", "--batch", "3", "--threads", "1", "--bytes", "0.7");

        Assert.IsLessThanOrEqualTo(0.7, Number(pruned, "weightBytes") / Number(pruned, "denseWeightBytes"));
        Assert.IsLessThan(Number(pruned, "denseMultiplyAdds"), Number(pruned, "multiplyAdds"));
        string notes = pruned.RootElement.GetProperty("notes").ToString();
        StringAssert.Contains(notes, "Latency at batch 3, 1 thread: 0.99 of the dense network");
    }

    [TestMethod]
    public void Prune_InBFloat16_WritesASmallerModelOfTheSameBlocks()
    {
        string[] verb = ["prune", "--model", _model, "--images", _images, "--block", "8x8", "--refit", "none", "--keep", "0.9"];
        using var wide = Json([.. verb, "--output", _folder.File("wide.zip")]);
        using var narrow = Json([.. verb, "--output", _folder.File("narrow.zip"), "--weight-format", "bfloat16"]);

        Assert.AreEqual(Number(wide, "multiplyAdds"), Number(narrow, "multiplyAdds"));
        Assert.AreEqual(Number(wide, "denseWeightBytes"), Number(narrow, "denseWeightBytes"));
        Assert.IsLessThan(0.8, Number(narrow, "weightBytes") / Number(wide, "weightBytes"));
        Assert.IsLessThan(Number(wide, "fileBytes"), Number(narrow, "fileBytes"));
        var refused = CliRun.Of([.. verb, "--output", _folder.File("none.zip"), "--weight-format", "int3"]);
        Assert.AreEqual(2, refused.ExitCode);
        StringAssert.Contains(refused.Error, "'int3' is none of float32, bfloat16, float16");
    }

    [TestMethod]
    public void Prune_ToATimeOutOfReach_NamesTheNearest()
    {
        var run = CliRun.Of(
            "prune", "--model", _model, "--images", _images, "--block", "8x8", "--latency", "0.0001", "--output", _folder.File("none.zip"));

        Assert.AreEqual(1, run.ExitCode);
        StringAssert.Contains(run.Error, "Keep at least 0.");
        Assert.IsFalse(File.Exists(_folder.File("none.zip")));
    }

    [TestMethod]
    public void Export_WritesTheSameNetworkInBothForms()
    {
        string zip = _folder.File("pruned.zip"), bsr = _folder.File("bsr.safetensors"), dense = _folder.File("dense.safetensors");
        Assert.AreEqual(
            0, CliRun.Of("prune", "--model", _model, "--images", _images, "--block", "8x8", "--refit", "none", "--output", zip).ExitCode);
        using var sparse = Json("export", zip, bsr);
        using var zeros = Json("export", zip, dense, "--format", "dense");

        Assert.IsLessThan(Number(zeros, "bytes"), Number(sparse, "bytes"));
        string image = Directory.GetFiles(Path.Combine(_images, "bee"))[0];
        using var expected = Json("predict", bsr, image);
        using var found = Json("predict", dense, image);
        foreach (var (one, other) in Scores(expected).Zip(Scores(found)))
        {
            // The dense form adds zeros, in another order of blocks: rounding alone may differ.
            Assert.AreEqual(one, other, 1e-4);
        }
    }

    [TestMethod]
    public void Export_WritesOnnx_AndTheNamesOfTheCheckpoint()
    {
        string zip = _folder.File("pruned.zip"), pruned = _folder.File("pruned.onnx"), dense = _folder.File("dense.ONNX");
        Assert.AreEqual(
            0, CliRun.Of("prune", "--model", _model, "--images", _images, "--block", "8x8", "--refit", "none", "--output", zip).ExitCode);

        using var first = Json("export", zip, pruned);
        using var second = Json("export", _model, dense);
        using var third = Json("export", zip, _folder.File("like.safetensors"), "--like", _model);

        // Zeros take as much as other numbers, features that nothing reads are gone; the library's tests try the files in ONNX Runtime.
        Assert.IsLessThanOrEqualTo(Number(second, "bytes") + 200, Number(first, "bytes"));
        Assert.IsGreaterThan(new FileInfo(_model).Length, Number(second, "bytes"));
        Assert.AreEqual(2, CliRun.Of("export", zip, pruned, "--format", "dense").ExitCode);
        Assert.AreEqual(2, CliRun.Of("export", zip, pruned, "--like", _model).ExitCode);
        Assert.AreEqual("dense", third.RootElement.GetProperty("format").GetString());
    }

    [TestMethod]
    public void Inspect_DrawsAMaskOfAsManyBlocksAsAreKept()
    {
        string zip = _folder.File("pruned.zip");
        Assert.AreEqual(0, CliRun.Of("prune", "--model", _model, "--images", _images, "--block", "8x8", "--output", zip).ExitCode);

        var run = CliRun.Of("inspect", zip, "--layer", "blocks.1.mlp.fc1");

        StringAssert.Contains(run.Output, "blocks.1.mlp.fc1:");
        string[] lines = run.Output.Split('\n');
        int head = Array.FindIndex(lines, line => line.StartsWith("blocks.1.mlp.fc1:", StringComparison.Ordinal));
        int kept = int.Parse(lines[head].Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture);
        string picture = string.Concat(lines[(head + 1)..]);
        Assert.AreEqual(kept, (2 * picture.Count(c => c == '█')) + picture.Count(c => "▀▄#".Contains(c, StringComparison.Ordinal)));
    }

    [TestMethod]
    public void Sweep_WritesAJournalAndGoesOnFromIt()
    {
        string journal = _folder.File("sweep.jsonl"), best = _folder.File("best.zip");
        string[] sweep =
        [
            "sweep", "--model", _model, "--images", _images, "--keep", "0.8,0.6,0.001", "--block", "8x8,16x16", "--journal", journal,
            "--refit", "feedback",
        ];

        var first = CliRun.Of([.. sweep, "--json"]);
        string[] lines = File.ReadAllLines(journal);
        var second = CliRun.Of([.. sweep, "--json", "--output", best]);

        Assert.AreEqual(0, first.ExitCode, first.Error);
        var trials = lines.Select(line => JsonDocument.Parse(line).RootElement)
            .Where(line => line.TryGetProperty("status", out _)).ToList();
        CollectionAssert.AreEquivalent(
            (from keep in new[] { 0.8, 0.6, 0.001 } from block in new[] { "8x8", "16x16" } select (keep, block, keep > 0.5)).ToList(),
            trials.Select(trial => (trial.GetProperty("keep").GetDouble(), trial.GetProperty("block").GetString()!,
                trial.GetProperty("status").GetString() == "completed")).ToList());
        Assert.AreEqual(first.Output, second.Output, "nothing runs again, so that even the times are the same");
        StringAssert.Contains(second.Error, "from the journal");
        Assert.HasCount(lines.Length + 1, File.ReadAllLines(journal), "a header more");
        Assert.AreEqual(0, CliRun.Of("evaluate", best, "--images", _images).ExitCode);
        Assert.AreEqual(0, CliRun.Of([.. sweep, "--resume", "retry-errored"]).ExitCode);
        Assert.HasCount(lines.Length + 4, File.ReadAllLines(journal), "a header and two failed trials more");
    }

    [TestMethod]
    [DataRow("prune")]
    [DataRow("sweep")]
    public void Help_LeavesRoomForTheDescriptions(string verb)
    {
        var run = CliRun.Of(verb, "--help");

        Assert.AreEqual(0, run.ExitCode, run.Error);
        StringAssert.Contains(run.Output, "obs-path");
        string[] options = [.. run.Output.Split('\n').Where(line => line.StartsWith("  --", StringComparison.Ordinal))];
        int names = options.Max(line => line.Length - line.TrimStart(' ')[line.TrimStart(' ').IndexOf("  ", StringComparison.Ordinal)..]
            .TrimStart(' ').Length);
        Assert.IsLessThan(45, names, "the column of the options' names");
    }

    [TestMethod]
    public void Sweep_EndsWith130WhenCancelled()
    {
        var run = CliRun.Of(new CancellationToken(canceled: true), "sweep", "--model", _model, "--images", _images, "--block", "8x8");

        Assert.AreEqual(130, run.ExitCode, run.Error);
    }

    [TestMethod]
    [DataRow("sweep --keep 0.5,2 --bundled", 2, "(0, 1]")]
    [DataRow("sweep --block 16by16 --bundled", 2, "not a block shape")]
    [DataRow("sweep --resume again --bundled", 2, "retry-errored")]
    [DataRow("prune --bundled --latency 1.5", 2, "(0, 1]")]
    [DataRow("prune --bundled --batch 32", 2, "--batch and --threads say what --latency is about")]
    [DataRow("prune --bundled --latency 0.5 --threads 0", 2, "at least 1")]
    [DataRow("sweep --kept 0.5", 2, "--kept")]
    [DataRow("sweep", 2, "--bundled")]
    [DataRow("sweep --bundled --executor elsewhere", 2, "child-process")]
    [DataRow("sweep --bundled --folds 2 --max-images 5", 2, "--max-images")]
    [DataRow("sweep --bundled --folds 1", 2, "folds")]
    [DataRow("sweep --bundled --memory-limit 0", 2, "limit of memory")]
    [DataRow("sweep --bundled --max-drop 2", 2, "[0, 1]")]
    [DataRow("report", 2, "--journal FILE.jsonl")]
    [DataRow("prune --model none.safetensors --bundled", 1, "no model file none.safetensors")]
    [DataRow("predict none.zip none.png", 1, "no model file none.zip")]
    [DataRow("inspect none.zip", 1, "no model file none.zip")]
    public void WrongInput_GivesAReadableLineAndACode(string arguments, int exitCode, string says)
    {
        var run = CliRun.Of(arguments.Split(' '));

        Assert.AreEqual(exitCode, run.ExitCode, run.Error);
        StringAssert.Contains(run.Error, says);
        Assert.DoesNotContain("   at ", run.Error, "a user gets no stack trace");
    }

    private static JsonDocument Json(params string[] arguments)
    {
        var run = CliRun.Of([.. arguments, "--json"]);
        Assert.AreEqual(0, run.ExitCode, run.Error);
        return JsonDocument.Parse(run.Output);
    }

    private static IEnumerable<double> Scores(JsonDocument json) =>
        json.RootElement.GetProperty("score").EnumerateArray().Select(score => score.GetDouble());

    private static double Number(JsonDocument json, string key) => json.RootElement.GetProperty(key).GetDouble();
}
