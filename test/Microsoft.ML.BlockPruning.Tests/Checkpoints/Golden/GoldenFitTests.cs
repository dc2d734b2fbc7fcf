using Microsoft.ML.BlockPruning.Checkpoints;
using Microsoft.ML.BlockPruning.Checkpoints.Containers.Safetensors;
using Microsoft.ML.BlockPruning.FineTuning;
using Microsoft.ML.BlockPruning.Inference.Cpu;
using Microsoft.ML.BlockPruning.Models;
using Microsoft.ML.BlockPruning.Sparsity;
using Microsoft.ML.BlockPruning.Tests.Inference;
using Microsoft.ML.BlockPruning.Tests.Onnx;
using Microsoft.ML.Data;

namespace Microsoft.ML.BlockPruning.Tests.Checkpoints.Golden;

/// <summary>One network of each family all the way: the table of families in README.md says what this holds.</summary>
[TestClass]
public sealed class GoldenFitTests
{
    private const double Removed = 0.4;
    private const int Images = 40;

    public static IEnumerable<string> Names =>
    [
        "hf4_vit", "timm_deit", "hf4_deit", "tv_vit", "timm_deit3", "timm_mae", "timm_gap", "timm_reg_gap", "timm_clip_quickgelu",
        "timm_miil", "hf4_dinov2", "hf4_dinov2_reg", "hf4_siglip", "hf4_clip", "pth_prune", "hf4_swin", "tv_swin",
    ];

    [TestMethod]
    [DynamicData(nameof(Names))]
    public void Network_IsPrunedRefittedTunedSavedScoredAndExported(string name)
    {
        var golden = GoldenFiles.Networks[name];
        var ml = new MLContext(seed: 1);
        using var folder = new TemporaryFolder();
        using var pruned = Prune(ml, golden, options =>
        {
            options.FineTuning = new FineTuneOptions { Epochs = 1, BatchSize = 20 };
            options.NumberOfThreads = 1;
        });
        ml.Model.SavePruned(pruned, folder["pruned.zip"]);
        using var loaded = ml.Transforms.LoadSparseViT(folder["pruned.zip"]);

        int all = loaded.Layers.Sum(layer => layer.TotalBlocks), kept = loaded.Layers.Sum(layer => layer.KeptBlocks);
        Assert.IsLessThanOrEqualTo((int)Math.Ceiling((1 - Removed) * all), kept, "blocks");
        Assert.IsGreaterThan(0, kept);
        var network = loaded.Scorer.Network;
        float[] images = RandomNetworks.Images(network.Spec, 3, seed: 5);
        float[] scores = Score(network, images);
        CollectionAssert.AreEqual(Score(pruned.Scorer.Network, images), scores, "as it was before it was saved");
        var oracle = new ReferenceNetwork(network.ToWeights());
        double[] expected = [.. images.Chunk(network.Spec.ImageDim).SelectMany(image => oracle.Logits(image))];
        AssertClose(expected, scores);
        AssertClose(expected, OnnxRun.Score(network, images));
    }

    /// <summary>
    /// Weights under the checkpoint's names are in another basis than the checkpoint's, which their file says; they compute the same.
    /// </summary>
    [TestMethod]
    [DataRow(PruneBasis.Full, true)]
    [DataRow(PruneBasis.UnitsAndHeads, true)]
    [DataRow(PruneBasis.Original, false)]
    public void WeightsWrittenBack_SayThatTheirBasisChanged(PruneBasis basis, bool isSaid)
    {
        var golden = GoldenFiles.Networks["timm_deit"];
        var ml = new MLContext(seed: 1);
        using var folder = new TemporaryFolder();
        using var pruned = Prune(ml, golden, options => (options.Basis, options.Refit) = (basis, PruneRefit.Feedback));

        pruned.SaveDenseNetwork(folder["like.safetensors"], golden.ModelPath);
        File.Copy(Path.Combine(Path.GetDirectoryName(golden.ModelPath)!, "config.json"), folder["config.json"]);

        string file = File.ReadAllText(folder["like.safetensors"], System.Text.Encoding.Latin1);
        Assert.AreEqual(isSaid, file.Contains($"\"basis\":\"{basis}\"", StringComparison.Ordinal));
        const string note = "The weights are in another basis";
        Assert.AreEqual(isSaid, pruned.Report!.Notes.Any(one => one.StartsWith(note, StringComparison.Ordinal)));
        var oracle = new ReferenceNetwork(ViTCheckpoint.Load(folder["like.safetensors"]));
        float[] images = RandomNetworks.Images(pruned.Scorer.Network.Spec, 3, seed: 5);
        AssertClose(
            [.. images.Chunk(images.Length / 3).SelectMany(image => oracle.Logits(image))], Score(pruned.Scorer.Network, images));
    }

    /// <summary>Nothing goes: the file's own tensors, bit for bit, and no word of another basis.</summary>
    [TestMethod]
    public void WeightsOfWhichAllAreKept_AreWrittenBackAsTheyCame()
    {
        var golden = GoldenFiles.Networks["timm_deit"];
        var ml = new MLContext(seed: 1);
        using var folder = new TemporaryFolder();
        using var pruned = Prune(ml, golden, options => options.Budget = PruneBudget.Flops(1));

        pruned.SaveDenseNetwork(folder["like.safetensors"], golden.ModelPath);

        using var before = SafetensorsFile.Open(golden.ModelPath);
        using var after = SafetensorsFile.Open(folder["like.safetensors"]);
        CollectionAssert.AreEquivalent(before.Tensors.Keys.ToArray(), after.Tensors.Keys.ToArray());
        foreach (string name in before.Tensors.Keys)
        {
            CollectionAssert.AreEqual(before.ReadSingles(name), after.ReadSingles(name), name);
        }

        Assert.IsFalse(after.Metadata.ContainsKey("basis"));
        Assert.AreEqual(nameof(PruneBasis.Original), pruned.Report!.Settings.Basis);
    }

    private static SparseViTTransformer Prune(MLContext ml, GoldenNetwork golden, Action<BlockPruneEstimator.Options> set)
    {
        var options = new BlockPruneEstimator.Options
        {
            ModelPath = golden.ModelPath,
            NumHeads = golden.Options.NumHeads,
            ImageSize = golden.Options.ImageSize,
            LabelColumnName = null,
            Block = new BlockShape(4, 4),
            Budget = PruneBudget.Sparsity(Removed),
        };
        set(options);
        return ml.Transforms.PruneBlocks(options).Fit(Pixels(ml, golden));
    }

    private static float[] Score(SparseViT network, float[] images)
    {
        using var session = new SparseViTSession(network, threads: 2);
        return RandomNetworks.Score(session, images);
    }

    private static void AssertClose(double[] expected, float[] found)
    {
        double largest = expected.Max(Math.Abs);
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.AreEqual(expected[i], found[i], 1e-4 * largest, $"logit {i}");
        }
    }

    // Vectors of 0 to 255, of the network's size.
    private static IDataView Pixels(MLContext ml, GoldenNetwork golden)
    {
        using var checkpoint = BlockPruning.Checkpoints.Checkpoint.Open(golden.ModelPath, golden.Options);
        int values = checkpoint.Network.ImageDim;
        var random = new Random(7);
        var schema = SchemaDefinition.Create(typeof(Row));
        schema[nameof(Row.Image)].ColumnType = new VectorDataViewType(NumberDataViewType.Single, values);
        return ml.Data.LoadFromEnumerable(
            Enumerable.Range(0, Images).Select(_ => new Row
            {
                Image = [.. Enumerable.Range(0, values).Select(_ => random.Next(256)).Select(value => (float)value)],
            }).ToArray(),
            schema);
    }

    private sealed class Row
    {
        public float[] Image { get; set; } = [];
    }
}
