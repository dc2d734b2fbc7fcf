#pragma warning disable IDE0005 // An application lives outside our namespaces.
using Microsoft.ML;
using Microsoft.ML.AutoML;
using Microsoft.ML.BlockPruning.Checkpoints;
using Microsoft.ML.BlockPruning.Networks;
using Microsoft.ML.BlockPruning.Networks.Families;
using Microsoft.ML.SearchSpace;

namespace Microsoft.ML.BlockPruning.PublicApi.Tests.AutoML;

/// <summary>The documented lines for users of Microsoft.ML.AutoML, compiled against a stub of its public types and run.</summary>
[TestClass]
public sealed class CreateSweepableEstimatorTests
{
    [TestMethod]
    public void PruneBlocks_FitsIntoAutoMLsPipelines()
    {
        var ml = new MLContext(seed: 1);
        var folder = Directory.CreateTempSubdirectory("blockpruning-tests-");
        string modelPath = Path.Combine(folder.FullName, "dense.safetensors");
        ViTCheckpoint.Save(new NetworkWeights(ViT.Of(new ViTConfig(16, 8, 3, 16, 1, 2, 32, 3))), modelPath);

        SweepableEstimator prune = ml.Auto().CreateSweepableEstimator(
            (MLContext context, BlockPruneSweepOptions chosen) => context.Transforms.PruneBlocks(chosen.ToOptions(modelPath)),
            new SearchSpace<BlockPruneSweepOptions>());

        var estimator = prune.BuildFromValues(new Dictionary<string, object> { ["Keep"] = 0.25, ["BlockSize"] = 8 });
        Assert.IsInstanceOfType<BlockPruneEstimator>(estimator);
        folder.Delete(recursive: true);
    }

    [TestMethod]
    public void Space_HasTheDimensionsOfTheOptions()
    {
        var space = new SearchSpace<BlockPruneSweepOptions>();

        CollectionAssert.AreEquivalent(
            typeof(BlockPruneSweepOptions).GetProperties().Select(property => property.Name).ToArray(),
            space.Dimensions.Select(dimension => dimension.Name).ToArray(),
            "every option is one that AutoML chooses");
        var template = new BlockPruneEstimator.Options { ModelPath = "a", Shots = 2 };
        var options = space.Sample(new Dictionary<string, object> { ["Keep"] = 0.25, ["BlockSize"] = 8 }).ToOptions(template);
        Assert.AreEqual(PruneBudget.Flops(0.25).ToString(), options.Budget.ToString());
        Assert.AreEqual(8, options.Block.Height);
        Assert.AreEqual(8, options.Block.Width);
        Assert.AreEqual(2, options.Shots, "the rest is the template's");
        Assert.AreNotEqual(template.Budget.ToString(), options.Budget.ToString(), "which is not changed");
    }
}
