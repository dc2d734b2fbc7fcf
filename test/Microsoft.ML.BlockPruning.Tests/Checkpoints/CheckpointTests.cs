using System.Text.Json;
using Microsoft.ML.BlockPruning.Checkpoints;
using Microsoft.ML.BlockPruning.Checkpoints.Configuration;
using Microsoft.ML.BlockPruning.Checkpoints.Families;
using Microsoft.ML.BlockPruning.Networks.Families;

namespace Microsoft.ML.BlockPruning.Tests.Checkpoints;

[TestClass]
public sealed class CheckpointTests
{
    /// <summary>The file is spoilt as soon as it has been read: whoever opens it a second time fails.</summary>
    [TestMethod]
    public void Fit_OpensConfigJsonOnce()
    {
        using var subject = new FitSubject();
        string config = Path.Combine(Path.GetDirectoryName(subject.Options.ModelPath)!, "config.json");
        int opened = 0;
        var estimator = new BlockPruneEstimator(subject.Ml, subject.Options)
        {
            OpenCheckpoint = (path, options) =>
            {
                opened++;
                var checkpoint = Checkpoint.Open(path, options);
                Assert.IsNotNull(checkpoint.Config);
                File.WriteAllText(config, "spoilt");
                return checkpoint;
            },
        };

        using var transformer = estimator.Fit(subject.Data(9));

        Assert.AreEqual(1, opened);
        Assert.AreEqual(0.5f, transformer.Preprocessing.Mean[0]); // config.json's, not ImageNet's
        Assert.ThrowsExactly<InvalidDataException>(() => ConfigFile.TryReadBeside(subject.Options.ModelPath));
    }

    [TestMethod]
    public void LabelNames_AreConfigJsons_AndTheShapeTakesNoWeights()
    {
        using var file = new TestCheckpoint(TestNetworks.Weights(TestNetworks.Config()), "cat", "dog", "owl");

        using var checkpoint = Checkpoint.Open(file.ModelPath);

        CollectionAssert.AreEqual(new[] { "cat", "dog", "owl" }, checkpoint.LabelNames!.ToArray());
        Assert.AreEqual(file.Weights.Config.NumClasses, checkpoint.Network.NumClasses);
        Assert.AreEqual(0.5f, checkpoint.Preprocessing.Std[0]);
    }

    /// <summary>Every key that is gathered can be held against a network: none is a fact that nobody compares.</summary>
    [TestMethod]
    public void Facts_AreAllCompared()
    {
        var network = Figures(mlpDim: 16);
        foreach (string key in ConfigKeys.Facts)
        {
            var fact = Fact(key, "-1");
            Assert.IsTrue(ViTFacts.Table.Knows(fact) || SwinFacts.Table.Knows(fact), key);
            if (ViTFacts.Table.Knows(fact))
            {
                var error = Assert.ThrowsExactly<InvalidDataException>(() => ViTFacts.Table.Require(fact, network), key);
                StringAssert.Contains(error.Message, $"key '{key}': found -1");
            }
        }
    }

    /// <summary>timm takes the whole part of ratio · width; Hugging Face's ratio of DINOv2 is a whole number.</summary>
    [TestMethod]
    [DataRow("1.625", true)]
    [DataRow("1.7", true)]
    [DataRow("1", true)]
    [DataRow("2", false)]
    [DataRow("1.5", false)]
    public void Ratio_MayBeCutOff(string ratio, bool agrees) =>
        Assert.AreEqual(agrees, ViTFacts.Table.Agrees(Fact("mlp_ratio", ratio), Figures(mlpDim: 13)));

    private static ConfigFact Fact(string key, string value) => new("file", key, JsonDocument.Parse(value).RootElement);

    private static ViTFigures Figures(int mlpDim) => new(
        new ViTConfig(4, 4, 1, 8, 1, 2, mlpDim, 3), new ViTParts(true, false, false, 0, false, true, false, true, true, false),
        new ViTPositions(1, 1), TableSize: 4);
}
