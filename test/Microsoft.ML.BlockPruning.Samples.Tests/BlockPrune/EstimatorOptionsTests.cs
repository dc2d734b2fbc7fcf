using System.Text.Json;
using BlockPrune.Cli;

namespace Microsoft.ML.BlockPruning.Samples.Tests.BlockPrune;

/// <summary>Every option of the estimator is on the command line, or a table says why not.</summary>
[TestClass]
public sealed class EstimatorOptionsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [TestMethod]
    public void Table_HasEveryOptionOfTheEstimator() => CollectionAssert.AreEquivalent(
        typeof(BlockPruneEstimator.Options).GetProperties().Select(property => property.Name).ToArray(),
        EstimatorOptions.Table.Keys.ToArray(),
        "Name the option of the command line, or say why there is none.");

    [TestMethod]
    public void Table_NamesOptionsThatHelpLists()
    {
        string help = CliRun.Of("prune", "--help").Output;

        foreach (var (property, answer) in EstimatorOptions.Table)
        {
            if (answer.StartsWith("--", StringComparison.Ordinal))
            {
                Assert.Contains($"{answer} ", help, $"{property} is not on the command line.");
            }
            else
            {
                Assert.IsGreaterThan(2, answer.Split(' ').Length, $"{property} has no reason.");
            }
        }
    }

    [TestMethod]
    public void Prune_HoldsWhatTheOptionsOfTheMethodSay()
    {
        string model = TinyNetwork.Save(_folder, classes: 3, labels: ["ant", "bee", "cat"]);
        string images = TinyNetwork.SaveImages(_folder, perClass: 10, "ant", "bee", "cat"), zip = _folder.File("pruned.zip");

        var run = CliRun.Of(
            "prune", "--model", model, "--images", images, "--block", "8x8", "--keep", "0.7", "--output", zip, "--shots", "2",
            "--allocation", "uniform", "--layer-floor", "0.1", "--layer-floors", "blocks.0.attn.proj=1", "--layer-blocks",
            "blocks.0.mlp.fc2=16x4", "--keep-dense", "blocks.0.mlp.fc1", "--calibration-labels", "column", "--training-device", "cpu",
            "--class-order", "natural");

        Assert.AreEqual(0, run.ExitCode, run.Error);
        StringAssert.Contains(run.Error, "--class-order changes nothing: the network's config.json names its classes.");
        using var loaded = (IDisposable)new MLContext().Model.Load(zip, out _);
        var network = ((IEnumerable<ITransformer>)loaded).OfType<SparseViTTransformer>().Single();
        var layers = network.Layers.ToDictionary(layer => layer.Name);
        Assert.AreEqual(layers["blocks.0.mlp.fc1"].DenseMultiplyAdds, layers["blocks.0.mlp.fc1"].MultiplyAdds);
        Assert.AreEqual(layers["blocks.0.attn.proj"].TotalBlocks, layers["blocks.0.attn.proj"].KeptBlocks);
        Assert.AreEqual(("16x4", "Uniform", 2), (
            layers["blocks.0.mlp.fc2"].Block.ToString(), network.Report!.Settings.Allocation, network.Report.Settings.Shots));
    }

    [TestMethod]
    [DataRow("--layer-floors", "blocks.0.attn.qkv", "is not LAYER=VALUE")]
    [DataRow("--layer-floors", "a=0.5,a=0.6", "names the layer a twice")]
    [DataRow("--layer-floor", "1.5", "is not in [0, 1]")]
    [DataRow("--layer-blocks", "a=0x4", "--layer-blocks")]
    [DataRow("--training-device", "tpu", "none of cpu, auto, cuda and cuda:1")]
    public void Prune_OfAWrongValue_SaysWhatIsWrong(string option, string value, string says)
    {
        var run = CliRun.Of("prune", "--bundled", "--output", _folder.File("none.zip"), option, value);

        Assert.AreEqual(2, run.ExitCode);
        StringAssert.Contains(run.Error, says);
    }

    [TestMethod]
    public void Sweep_ByBytes_KeepsThatFractionOfThem()
    {
        string model = TinyNetwork.Save(_folder, classes: 3, labels: ["ant", "bee", "cat"]);
        string images = TinyNetwork.SaveImages(_folder, perClass: 10, "ant", "bee", "cat");

        var run = CliRun.Of(
            "sweep", "--model", model, "--images", images, "--block", "8x8", "--keep", "0.7", "--budget", "bytes", "--json");

        Assert.AreEqual(0, run.ExitCode, run.Error);
        using var answer = JsonDocument.Parse(run.Output);
        var trial = answer.RootElement.GetProperty("trials")[0];
        Assert.AreEqual("ObsPath", trial.GetProperty("criterion").GetString());
        using var dense = new MLContext(seed: 1).Transforms.LoadSparseViT(Dense(model));
        Assert.IsLessThanOrEqualTo(0.7 * dense.DenseWeightBytes, trial.GetProperty("bytes").GetDouble());
        Assert.IsGreaterThan((0.7 * dense.DenseWeightBytes) - (4 * 65), trial.GetProperty("bytes").GetDouble()); // a block and its index
    }

    // All of the network, to ask for its size.
    private string Dense(string model)
    {
        string zip = _folder.File("dense.zip"), exported = _folder.File("dense.safetensors");
        Assert.AreEqual(0, CliRun.Of(
            "prune", "--model", model, "--images", _folder.File("images"), "--block", "8x8", "--keep", "1", "--output", zip).ExitCode);
        Assert.AreEqual(0, CliRun.Of("export", zip, exported).ExitCode);
        return exported;
    }
}
