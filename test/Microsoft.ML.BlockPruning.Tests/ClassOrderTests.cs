using Microsoft.ML.BlockPruning.Inference;
using Microsoft.ML.BlockPruning.Sparsity;
using Microsoft.ML.Data;

namespace Microsoft.ML.BlockPruning.Tests;

/// <summary>Whatever order the label's keys have, each class keeps its scores.</summary>
[TestClass]
public sealed class ClassOrderTests
{
    private readonly MLContext _ml = new(seed: 1);

    [TestMethod]
    public void ClassesNamedInConfig_FollowTheirNames() =>
        AssertOrder(labelNames: ["owl", "cat", "dog"], keys: ["cat", "dog", "owl"], classOfKey: [1, 2, 0]);

    [TestMethod]
    public void KeysThatAreNumbers_AreTheClassesWithThatNumber() =>
        AssertOrder(labelNames: null, keys: ["2", "0", "1"], classOfKey: [2, 0, 1]);

    [TestMethod]
    public void OtherKeys_AreInAlphabeticalOrder() =>
        AssertOrder(labelNames: null, keys: ["owl", "Cat", "ant"], classOfKey: [2, 0, 1]); // ordinal: Cat, ant, owl

    [TestMethod]
    public void ConfigNamesThatDoNotMatch_AreNotUsed() =>
        AssertOrder(labelNames: ["n01", "n02", "n03"], keys: ["b", "c", "a"], classOfKey: [1, 2, 0]);

    [TestMethod]
    public void ConfigNamesThatMatchInPart_AreRefused()
    {
        var error = Assert.ThrowsExactly<InvalidOperationException>(() =>
            AssertOrder(labelNames: ["owl", "cat", "dog"], keys: ["cat", "dog", "zebra"], classOfKey: []));

        StringAssert.Contains(error.Message, "'zebra', which config.json does not name; it names owl, cat, dog", StringComparison.Ordinal);
        Assert.IsTrue(error.Data.Contains("ML_IsMarked"), "ML.NET does not know the exception as its own");
    }

    [TestMethod]
    public void ReadClassNames_GivesTheNetworksOrder()
    {
        using var named = new TestCheckpoint(TestNetworks.Weights(TestNetworks.Config()), "owl", "cat", "dog");
        using var unnamed = new TestCheckpoint(TestNetworks.Weights(TestNetworks.Config()));
        using var wrong = new TestCheckpoint(TestNetworks.Weights(TestNetworks.Config()), "owl", "cat");

        CollectionAssert.AreEqual(new[] { "owl", "cat", "dog" }, _ml.BlockPruning().ReadClassNames(named.ModelPath).ToArray());
        CollectionAssert.AreEqual(new[] { "0", "1", "2" }, _ml.BlockPruning().ReadClassNames(unnamed.ModelPath).ToArray());
        Assert.ThrowsExactly<InvalidOperationException>(() => _ml.BlockPruning().ReadClassNames(wrong.ModelPath));
    }

    [TestMethod]
    public void NumericLabels_AreTheClassesWithThatNumber()
    {
        using var checkpoint = new TestCheckpoint(TestNetworks.Weights(TestNetworks.Config()));
        var rows = TestImages.PixelsRows(6);
        rows.ForEach(row => row.Id = (row.Id + 2) % 3); // 2, 0, 1
        var data = _ml.Data.LoadFromEnumerable(rows);
        var keyed = _ml.Transforms.Conversion.MapValueToKey("Label", "Id").Fit(data).Transform(data);

        AssertScores(checkpoint, keyed, [2, 0, 1], ["2", "0", "1"]);
    }

    [TestMethod]
    public void NoLabelColumn_KeepsTheNetworksOrder()
    {
        using var checkpoint = new TestCheckpoint(TestNetworks.Weights(TestNetworks.Config(isDistilled: true)), "owl", "cat", "dog");

        AssertScores(checkpoint, _ml.Data.LoadFromEnumerable(TestImages.PixelsRows(6)), [0, 1, 2], ["owl", "cat", "dog"], label: null);
    }

    [TestMethod]
    public void NamesOfAnotherCount_AreRefused()
    {
        using var checkpoint = new TestCheckpoint(TestNetworks.Weights(TestNetworks.Config()), "owl", "cat");

        var error = Assert.ThrowsExactly<InvalidOperationException>(() =>
            AssertScores(checkpoint, _ml.Data.LoadFromEnumerable(TestImages.PixelsRows(6)), [0, 1, 2], [], label: null));

        StringAssert.Contains(error.Message, "config.json names 2 classes", StringComparison.Ordinal);
    }

    private void AssertOrder(string[]? labelNames, string[] keys, int[] classOfKey)
    {
        foreach (bool isDistilled in new[] { false, true })
        {
            using var checkpoint = new TestCheckpoint(TestNetworks.Weights(TestNetworks.Config(isDistilled: isDistilled)), labelNames);
            var data = _ml.Data.LoadFromEnumerable(TestImages.PixelsRows(6, keys)); // keys in order of appearance
            var keyed = _ml.Transforms.Conversion.MapValueToKey("Label").Fit(data).Transform(data);

            AssertScores(checkpoint, keyed, classOfKey, keys);
        }
    }

    /// <summary>Keeps everything, so the scores are the dense network's in another order.</summary>
    private void AssertScores(TestCheckpoint checkpoint, IDataView data, int[] classOfKey, string[] names, string? label = "Label")
    {
        var options = new BlockPruneEstimator.Options
        {
            ModelPath = checkpoint.ModelPath,
            Block = new BlockShape(8, 8),
            Budget = PruneBudget.Flops(1),
            LabelColumnName = label,
        };
        using var transformer = _ml.Transforms.PruneBlocks(options).Fit(data);
        var scored = transformer.Transform(data);
        using var session = new SparseViTSession(
            SparseViT.Create(checkpoint.Weights, new SparsityPlan(), transformer.Preprocessing, ["a", "b", "c"]), threads: 1);
        float[] dense = new float[3];
        session.Score(TestImages.Normalized(0), 1, dense);

        float[] score = TestData.Scores(scored)[0];

        for (int key = 0; key < 3; key++)
        {
            Assert.AreEqual(dense[classOfKey[key]], score[key], 1e-5f * dense.Max(MathF.Abs), $"key {key}");
        }

        var slots = default(VBuffer<ReadOnlyMemory<char>>);
        scored.Schema["Score"].GetSlotNames(ref slots);
        CollectionAssert.AreEqual(names, slots.DenseValues().Select(name => name.ToString()).ToArray());
        CollectionAssert.AreEqual(names, transformer.LabelNames.ToArray());
    }
}
