using Microsoft.ML.BlockPruning.Inference.Cpu;
using Microsoft.ML.BlockPruning.Models;
using Microsoft.ML.BlockPruning.Runs.Reports;
using Microsoft.ML.BlockPruning.Sparsity;
using Microsoft.ML.Data;

namespace Microsoft.ML.BlockPruning.Tests.MlNet.Columns;

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
        AssertOrder(labelNames: null, keys: ["owl", "cat", "ant"], classOfKey: [2, 1, 0]);

    // timm: ant, Cat, owl, by lower case. torchvision: Cat, ant, owl, by code points.
    [TestMethod]
    [DataRow(ClassNameOrder.Natural, 2, 1, 0)]
    [DataRow(ClassNameOrder.Ordinal, 2, 0, 1)]
    public void OtherKeys_OfTwoOrders_NeedToBeToldWhich(ClassNameOrder order, params int[] classOfKey)
    {
        string[] keys = ["owl", "Cat", "ant"];

        var error = Assert.ThrowsExactly<InvalidOperationException>(() => AssertOrder(labelNames: null, keys, classOfKey));
        AssertOrder(labelNames: null, keys, classOfKey, order);

        StringAssert.Contains(
            error.Message, "two orders: ant, Cat, owl (Natural) or Cat, ant, owl (Ordinal). Say which", StringComparison.Ordinal);
    }

    [TestMethod]
    public void ConfigNamesThatDoNotMatch_AreRefusedWithBothLists()
    {
        var error = Assert.ThrowsExactly<InvalidOperationException>(() =>
            AssertOrder(labelNames: ["n01", "n02", "n03"], keys: ["b", "c", "a"], classOfKey: []));

        StringAssert.Contains(error.Message, "n01, n02, n03", StringComparison.Ordinal);
        StringAssert.Contains(error.Message, "b, c, a", StringComparison.Ordinal);
    }

    [TestMethod]
    public void NamesThatDifferByCaseBlanksOrForm_AreMatchedAndShown()
    {
        string[] names = ["polar bear", "cafe\u0301", "T-shirt"], keys = ["t shirt", "Polar_Bear", "caf\u00e9"];

        var classes = AssertOrder(names, keys, classOfKey: [2, 0, 1]);

        Assert.AreEqual(
            "0 polar bear (the images' 'Polar_Bear') slot 1; 1 caf\u00e9 slot 2; 2 T-shirt (the images' 't shirt') slot 0",
            string.Join("; ", classes.Select(one => $"{one} slot {one.Slot}")));
    }

    [TestMethod]
    public void NamesThatOccurTwice_HaveTheirNumber()
    {
        AssertOrder(["crane", "ant", "crane"], ["ant", "crane (2)", "Crane (0)"], classOfKey: [1, 2, 0]);

        var error = Assert.ThrowsExactly<InvalidOperationException>(() =>
            AssertOrder(["crane", "ant", "crane"], ["ant", "crane", "crane (2)"], classOfKey: []));
        StringAssert.Contains(error.Message, "'crane' may be each of 'crane (0)', 'crane (2)'", StringComparison.Ordinal);
    }

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
        Assert.ThrowsExactly<InvalidDataException>(() => _ml.BlockPruning().ReadClassNames(wrong.ModelPath));
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

        var error = Assert.ThrowsExactly<InvalidDataException>(() =>
            AssertScores(checkpoint, _ml.Data.LoadFromEnumerable(TestImages.PixelsRows(6)), [0, 1, 2], [], label: null));

        StringAssert.Contains(error.Message, "it names 2 classes", StringComparison.Ordinal);
    }

    private IReadOnlyList<ClassReport> AssertOrder(
        string[]? labelNames, string[] keys, int[] classOfKey, ClassNameOrder order = ClassNameOrder.Unspecified)
    {
        IReadOnlyList<ClassReport> classes = [];
        foreach (bool isDistilled in new[] { false, true })
        {
            using var checkpoint = new TestCheckpoint(TestNetworks.Weights(TestNetworks.Config(isDistilled: isDistilled)), labelNames);
            var data = _ml.Data.LoadFromEnumerable(TestImages.PixelsRows(6, keys)); // keys in order of appearance
            var keyed = _ml.Transforms.Conversion.MapValueToKey("Label").Fit(data).Transform(data);

            classes = AssertScores(checkpoint, keyed, classOfKey, keys, order: order);
        }

        return classes;
    }

    /// <summary>Keeps everything, so the scores are the dense network's in another order.</summary>
    private IReadOnlyList<ClassReport> AssertScores(
        TestCheckpoint checkpoint, IDataView data, int[] classOfKey, string[] names, string? label = "Label",
        ClassNameOrder order = ClassNameOrder.Unspecified)
    {
        var options = new BlockPruneEstimator.Options
        {
            ModelPath = checkpoint.ModelPath,
            Block = new BlockShape(8, 8),
            Budget = PruneBudget.Flops(1),
            LabelColumnName = label,
            ClassOrder = order,
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
        CollectionAssert.AreEqual(classOfKey, transformer.Classes.OrderBy(one => one.Slot).Select(one => one.Index).ToArray());
        return transformer.Classes;
    }
}
