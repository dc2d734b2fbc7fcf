using System.Text.Json.Nodes;
using Microsoft.ML.BlockPruning.Tests.Processes;
using Microsoft.ML.BlockPruning.Tests.Torch;

namespace Microsoft.ML.BlockPruning.Tests;

/// <summary>An application that only scores has neither TorchSharp.dll nor libtorch, and every reader of a model works there.</summary>
[TestClass]
public sealed class WithoutTorchSharpTests
{
    // The files of ML.NET that an application with PrunedModel alone leaves out too.
    private static readonly string[] OfMlNet =
        ["Microsoft.ML", "Microsoft.ML.CpuMath", "Microsoft.ML.DataView", "Microsoft.ML.ImageAnalytics", "Newtonsoft.Json"];

    [TestMethod]
    [OSCondition(OperatingSystems.Linux)]
    public void EveryReader_ScoresTheSameBits()
    {
        using var source = new ScoredFolder();
        using var application = new ApplicationFolder();
        Remove(application, "TorchSharp");

        string[] lines = ChildProcess.RunIn(application.Path, typeof(ReadersChild), source.Path).AssertSucceeded().Output.Split(
            '\n', StringSplitOptions.RemoveEmptyEntries);

        string[] readers = ["PrunedModel", "PrunedModel of safetensors", "LoadSparseViT", "Model.Load"];
        CollectionAssert.AreEqual(readers.SelectMany(reader => source.Expected.Select(score => $"{reader} {score}")).ToArray(), lines);
    }

    [TestMethod]
    [OSCondition(OperatingSystems.Linux)]
    public void PrunedModel_NeedsNoFileOfMlNetEither()
    {
        using var source = new ScoredFolder();
        using var application = new ApplicationFolder();
        Remove(application, ["TorchSharp", .. OfMlNet]);

        string[] lines = ChildProcess.RunIn(application.Path, typeof(PrunedModelChild), source.Path).AssertSucceeded().Output.Split(
            '\n', StringSplitOptions.RemoveEmptyEntries);

        CollectionAssert.AreEqual(source.Expected.Select(score => $"PrunedModel {score}").ToArray(), lines);
    }

    /// <summary>Takes packages out of an application's folder and out of the list of its files, as the package's targets do.</summary>
    private static void Remove(ApplicationFolder application, params string[] packages)
    {
        string list = Directory.GetFiles(application.Path, "*.deps.json").Single();
        var root = JsonNode.Parse(File.ReadAllText(list))!;
        foreach (var (name, library) in root["targets"]!.AsObject().Single().Value!.AsObject())
        {
            if (packages.Contains(name.Split('/')[0]))
            {
                string[] files = [.. (library!["runtime"]?.AsObject() ?? []).Select(file => Path.GetFileName(file.Key))];
                Array.ForEach(files, file => File.Delete(Path.Combine(application.Path, file)));
                Assert.IsNotEmpty(files);
                library.AsObject().Remove("runtime");
                library.AsObject().Remove("runtimeTargets");
            }
        }

        File.WriteAllText(list, root.ToJsonString());
        var natives = Directory.GetFiles(application.Natives).Where(path => !path.EndsWith("libSkiaSharp.so", StringComparison.Ordinal));
        natives.ToList().ForEach(File.Delete);
    }

    /// <summary>A model in both forms, images, and their scores.</summary>
    private sealed class ScoredFolder : IDisposable
    {
        private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("blockpruning-tests-");

        public ScoredFolder()
        {
            var ml = new MLContext(seed: 1);
            var rows = TestImages.EncodedRows(3);
            using var transformer = TestNetworks.Transformer(ml);
            ml.Model.SavePruned(transformer, System.IO.Path.Combine(Path, "model.zip"));
            transformer.SaveNetwork(System.IO.Path.Combine(Path, "network.safetensors"));
            rows.ForEach(row => File.WriteAllBytes(System.IO.Path.Combine(Path, $"{row.Id}.png"), row.Image));
            Expected = [.. TestData.Scores(transformer.Transform(ml.Data.LoadFromEnumerable(rows))).Select(TestData.Hex)];
        }

        public string Path => _folder.FullName;

        public string[] Expected { get; }

        public void Dispose() => _folder.Delete(recursive: true);
    }
}
