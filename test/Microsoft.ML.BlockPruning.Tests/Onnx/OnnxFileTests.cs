using System.Text.Json;
using Microsoft.ML.BlockPruning.Networks;
using Microsoft.ML.BlockPruning.Networks.Families;
using Microsoft.ML.BlockPruning.Onnx;
using Microsoft.ML.BlockPruning.Sparsity;
using Microsoft.ML.BlockPruning.Tests.Inference;
using Microsoft.ML.OnnxRuntime;

namespace Microsoft.ML.BlockPruning.Tests.Onnx;

[TestClass]
public sealed class OnnxFileTests
{
    private const double Allowed = 1e-4; // of the largest logit, as between any two programs in float32

    public static IEnumerable<string> Networks => [.. RandomNetworks.Configs.Keys, .. SpecifiedNetworks.All.Keys];

    [TestMethod]
    [DynamicData(nameof(Networks))]
    public void Save_GivesOnnxRuntimeTheLogitsOfTheOracle(string name)
    {
        var spec = SpecOf(name);
        var (weights, pruned) = SpecifiedNetworks.Pruned(spec, new BlockShape(4, 3));
        float[] images = RandomNetworks.Images(spec, count: 3, seed: 3);
        var oracle = new ReferenceNetwork(weights);
        double[] expected = [.. images.Chunk(spec.ImageDim).SelectMany(image => oracle.Logits(image))];

        float[] logits = OnnxRun.Score(pruned, images);

        double error = expected.Zip(logits, (a, b) => Math.Abs(a - b)).Max() / expected.Max(Math.Abs);
        Assert.IsLessThan(Allowed, error);
    }

    [TestMethod]
    [DynamicData(nameof(Networks))]
    public void Save_LeavesTheNumberOfImagesOpen(string name)
    {
        var spec = SpecOf(name);
        var (_, pruned) = SpecifiedNetworks.Pruned(spec, new BlockShape(4, 3));
        float[] images = RandomNetworks.Images(spec, count: 4, seed: 3);

        float[] together = OnnxRun.Score(pruned, images);
        float[] last = OnnxRun.Score(pruned, images[(3 * spec.ImageDim)..]);

        for (int i = 0; i < spec.NumClasses; i++)
        {
            Assert.AreEqual(together[(3 * spec.NumClasses) + i], last[i], Allowed * together.Max(Math.Abs));
        }
    }

    [TestMethod]
    public void Save_LeavesOutHiddenFeaturesThatNothingReads()
    {
        var spec = ViT.Of(TestNetworks.Config());
        var weights = RandomNetworks.Random(spec, seed: 1);
        var (fc1, fc2) = (weights[spec.PrunableLinears[2]], weights[spec.PrunableLinears[3]]);
        var plan = new SparsityPlan();
        var mask = new BlockMask(fc2.OutFeatures, fc2.InFeatures, new BlockShape(8, 8));
        for (int row = 0; row < mask.BlockRows; row++)
        {
            mask[row, 1] = false; // hidden features 8 to 15
        }

        plan.Add(fc2.Name, mask);
        for (int i = 0; i < fc2.Weight.Length; i++)
        {
            fc2.Weight[i] = i % fc2.InFeatures / 8 == 1 ? 0 : fc2.Weight[i];
        }

        var pruned = RandomNetworks.Sparse(weights, plan);
        using var file = new MemoryStream();
        using var dense = new MemoryStream();
        OnnxFile.Save(pruned, file);
        OnnxFile.Save(RandomNetworks.Sparse(weights, new SparsityPlan()), dense);

        // 8 rows of the first layer with their biases, 8 columns of the second; lengths may take a byte less each.
        Assert.AreEqual(dense.Length - (4 * 8 * (fc1.InFeatures + 1 + fc2.OutFeatures)), file.Length, 16);
        float[] images = RandomNetworks.Images(spec, count: 2, seed: 3);
        var oracle = new ReferenceNetwork(weights);
        double[] expected = [.. images.Chunk(spec.ImageDim).SelectMany(image => oracle.Logits(image))];
        double error = expected.Zip(OnnxRun.Score(pruned, images), (a, b) => Math.Abs(a - b)).Max();
        Assert.IsLessThan(Allowed * expected.Max(Math.Abs), error);
    }

    [TestMethod]
    public void Save_TellsPreprocessingAndLabels()
    {
        using var file = new MemoryStream();
        OnnxFile.Save(TestNetworks.Sparse(TestNetworks.Config()), file);

        using var session = new InferenceSession(file.ToArray());

        var metadata = session.ModelMetadata.CustomMetadataMap;
        CollectionAssert.AreEqual(
            new[] { "class 0", "class 1", "class 2" }, JsonSerializer.Deserialize<string[]>(metadata["labels"]));
        Assert.AreEqual(0.5, JsonDocument.Parse(metadata["preprocessing"]).RootElement.GetProperty("mean")[0].GetDouble());
        CollectionAssert.AreEqual(new[] { -1, 3, 16, 16 }, session.InputMetadata["pixel_values"].Dimensions);
        Assert.AreEqual("batch", session.InputMetadata["pixel_values"].SymbolicDimensions[0]);
    }

    [TestMethod]
    public void RequireFits_RefusesMoreThanAProtobufMessageHolds()
    {
        OnnxFile.RequireFits(int.MaxValue);

        var error = Assert.ThrowsExactly<NotSupportedException>(() => OnnxFile.RequireFits(1L + int.MaxValue));

        Assert.Contains("2147483648 bytes", error.Message);
    }

    private static NetworkSpec SpecOf(string name) =>
        SpecifiedNetworks.All.TryGetValue(name, out var spec) ? spec : ViT.Of(RandomNetworks.Configs[name]);
}
