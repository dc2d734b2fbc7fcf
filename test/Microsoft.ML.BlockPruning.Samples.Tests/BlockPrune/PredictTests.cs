using System.Text.Json;
using System.Text.RegularExpressions;

namespace Microsoft.ML.BlockPruning.Samples.Tests.BlockPrune;

/// <summary>The best classes with names and probabilities, and marks where an image's folder tells its class.</summary>
[TestClass]
public sealed partial class PredictTests : IDisposable
{
    private static readonly string[] Classes = ["ant", "bee", "cat"];

    private readonly TemporaryFolder _folder = new();
    private readonly string _zip;
    private readonly string _images;

    public PredictTests()
    {
        string model = TinyNetwork.Save(_folder, classes: 3, labels: Classes);
        _images = TinyNetwork.SaveImages(_folder, perClass: 5, Classes);
        _zip = _folder.File("pruned.zip");
        var run = CliRun.Of("prune", "--model", model, "--images", _images, "--block", "8x8", "--refit", "none", "--output", _zip);
        Assert.AreEqual(0, run.ExitCode, run.Error);
    }

    public void Dispose() => _folder.Dispose();

    [TestMethod]
    public void Top_NamesAsManyClasses_TheBestFirst()
    {
        string image = Path.Combine(_images, "bee", "1.png");
        using var model = PrunedModel.Load(_zip);
        var told = model.PredictFile(image).Top(3);

        var text = CliRun.Of("predict", _zip, image, "--top", "2");
        using var json = JsonDocument.Parse(CliRun.Of("predict", _zip, image, "--top", "7", "--json").Output);

        var named = Named().Matches(text.Output[image.Length..]).Select(match => match.Groups[1].Value).ToList();
        CollectionAssert.AreEqual(told.Take(2).Select(one => one.Label).ToList(), named);
        var top = json.RootElement.GetProperty("top").EnumerateArray().ToList();
        CollectionAssert.AreEqual(
            told.Select(one => one.Label).ToList(), top.Select(one => one.GetProperty("label").GetString()!).ToList());
        CollectionAssert.AreEqual(
            told.Select(one => one.Probability).ToList(), top.Select(one => one.GetProperty("probability").GetSingle()).ToList());
        Assert.AreEqual(2, CliRun.Of("predict", _zip, image, "--top", "0").ExitCode);
    }

    [TestMethod]
    public void Marks_SayWhatTheFolderTells_AndTheSummaryCountsThem()
    {
        string stray = _folder.File("stray.png");
        File.Copy(Path.Combine(_images, "ant", "1.png"), stray);
        Directory.Move(Path.Combine(_images, "bee"), Path.Combine(_images, "BEE"));
        string[] files = [.. Directory.GetFiles(_images, "*.png", SearchOption.AllDirectories), stray];

        var text = CliRun.Of(["predict", _zip, .. files]);
        var json = CliRun.Of(["predict", _zip, .. files, "--json"]);

        string[] lines = text.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        int right = 0;
        foreach (var (line, file) in json.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Zip(files))
        {
            using var answer = JsonDocument.Parse(line);
            string label = answer.RootElement.GetProperty("label").GetString()!;
            string shown = lines.Single(one => one.StartsWith(file, StringComparison.Ordinal));
            if (file == stray)
            {
                Assert.IsFalse(answer.RootElement.TryGetProperty("isRight", out _));
                StringAssert.EndsWith(shown, "%)");
                continue;
            }

            string folder = Path.GetFileName(Path.GetDirectoryName(file))!.ToLowerInvariant();
            bool isRight = label == folder;
            right += isRight ? 1 : 0;
            Assert.AreEqual(folder, answer.RootElement.GetProperty("expected").GetString());
            Assert.AreEqual(isRight, answer.RootElement.GetProperty("isRight").GetBoolean());
            StringAssert.EndsWith(shown, isRight ? " - right" : $" - wrong, it is {folder}");
        }

        StringAssert.Contains(text.Error, $"{right} of 15 right.");
        Assert.DoesNotContain("right", json.Error);
    }

    [TestMethod]
    public void Folder_IsMarkedToo()
    {
        using var evaluated = JsonDocument.Parse(CliRun.Of("evaluate", _zip, "--images", _images, "--json").Output);

        var run = CliRun.Of("predict", _zip, "--images", _images);

        int right = (int)Math.Round(12 * evaluated.RootElement.GetProperty("top1").GetDouble());
        StringAssert.Contains(run.Error, $"{right} of 12 right.");
        Assert.HasCount(right, run.Output.Split('\n').Where(line => line.EndsWith(" - right", StringComparison.Ordinal)));
    }

    [TestMethod]
    public void Help_CallsJsonLinesByTheirName() => StringAssert.Contains(CliRun.Of("predict", "--help").Output, "JSON Lines");

    [GeneratedRegex(@"[:,] ([a-z]+) \([0-9.]+ %\)")]
    private static partial Regex Named();
}
