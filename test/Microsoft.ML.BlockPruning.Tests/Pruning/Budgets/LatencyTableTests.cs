using Microsoft.ML.BlockPruning.Pruning.Budgets;

namespace Microsoft.ML.BlockPruning.Tests.Pruning.Budgets;

[TestClass]
public sealed class LatencyTableTests
{
    private static readonly Dictionary<string, LatencyCurve> Alone = new()
    {
        ["a"] = new([1, 3, 5], dense: 4),
        ["b"] = new([2, 2, 6], dense: 5),
    };

    /// <summary>Alone the layers save 6 of 9 ms; in the network 9, so half as much again.</summary>
    [TestMethod]
    public void Between_AgreesWithBothNetworks()
    {
        var table = LatencyTable.Between(Alone, dense: 20, empty: 11);

        Assert.AreEqual(20, table.DenseMilliseconds, 1e-12);
        Assert.AreEqual(11, table.FixedMilliseconds + table.Layers.Values.Sum(layer => layer.Empty), 1e-12);
        Assert.AreEqual(6.5, table.FixedMilliseconds, 1e-12);
        Assert.AreEqual(4.5, table.Layers["a"].At(1, 2), 1e-12);
    }

    /// <summary>A network that takes less than its layers alone, as on a machine that was busy in between, has nothing fixed.</summary>
    [TestMethod]
    [DataRow(3.0, 0.3)]
    [DataRow(3.0, 4.0)]
    public void Between_LayersThatTakeLongerThanTheNetwork_ShareItsTime(double dense, double empty)
    {
        var table = LatencyTable.Between(Alone, dense, empty);

        Assert.AreEqual(dense, table.DenseMilliseconds, 1e-12);
        Assert.AreEqual(0, table.FixedMilliseconds, 1e-12);
        Assert.AreEqual(dense * 4 / 9, table.Layers["a"].Dense, 1e-12);
    }

    /// <summary>An empty network that is no faster says nothing about the layers: they count as measured.</summary>
    [TestMethod]
    public void Between_NetworksThatDoNotDiffer_TakesLayersAsMeasured()
    {
        var table = LatencyTable.Between(Alone, dense: 20, empty: 20);

        Assert.AreEqual(11, table.FixedMilliseconds, 1e-12);
        Assert.AreEqual(4, table.Layers["a"].Dense, 1e-12);
    }
}
