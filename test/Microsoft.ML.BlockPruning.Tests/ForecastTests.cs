using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.ML.BlockPruning.Runs;

namespace Microsoft.ML.BlockPruning.Tests;

/// <summary>What a pruning would ask and take.</summary>
[TestClass]
public sealed partial class ForecastTests : IDisposable
{
    private readonly FitSubject _subject = new();

    public void Dispose() => _subject.Dispose();

    /// <summary>The refusal of a budget out of reach names the least, and the same budget a hair above it is met.</summary>
    [TestMethod]
    [DataRow(0.0)]
    [DataRow(0.3)]
    public void LeastKeep_IsWhatARefusalNames(double floor)
    {
        _subject.Options.LayerFloor = floor;
        _subject.Options.LayersToKeepDense = ["blocks.0.attn.qkv"];
        _subject.Options.Budget = PruneBudget.All(PruneBudget.Flops(1e-6), PruneBudget.Bytes(1e-6));
        string refusal = Assert.ThrowsExactly<ArgumentException>(() => _subject.Fit(_subject.Data(40))).Message;
        double[] named = [.. AtLeast().Matches(refusal).Select(match => double.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture))];

        var forecast = _subject.Ml.Transforms.PruneBlocks(_subject.Options).Forecast(_subject.Data(40), 40);

        Assert.HasCount(2, named);
        CollectionAssert.AreEqual(new[] { "multiply-adds", "bytes" }, forecast.Budgets.Select(budget => budget.Unit).ToArray());
        CollectionAssert.AreEqual(named, forecast.Budgets.Select(budget => Math.Ceiling(budget.LeastKeep * 10_000) / 10_000).ToArray());
        Assert.IsTrue(forecast.Budgets.All(budget => !budget.CanBeMet));
        StringAssert.Contains(refusal, forecast.Unmet);
        Assert.IsNull(forecast.Seconds);
        _subject.Options.Budget = PruneBudget.All(PruneBudget.Flops(named[0]), PruneBudget.Bytes(named[1]));
        Assert.IsTrue(
            _subject.Ml.Transforms.PruneBlocks(_subject.Options).Forecast(_subject.Data(40), 40).Budgets.All(budget => budget.CanBeMet));
    }

    [TestMethod]
    public void Costs_AreThoseThatThePrunedNetworkIsHeldAgainst()
    {
        using var pruned = _subject.Fit(_subject.Data(40));

        var forecast = _subject.Ml.Transforms.PruneBlocks(_subject.Options).Forecast(_subject.Data(40), 500);

        Assert.AreEqual(pruned.DenseMultiplyAdds, forecast.DenseMultiplyAdds);
        Assert.AreEqual(pruned.DenseWeightBytes, forecast.DenseWeightBytes);
        Assert.AreEqual(0.7 * pruned.DenseMultiplyAdds, forecast.Budgets.Single().Limit, 1);
        Assert.AreEqual(500, forecast.Images);
    }

    [TestMethod]
    [DataRow(0.0, 500)]
    [DataRow(0.1, 450)]
    public void Images_AreThoseThatCalibrate(double heldOut, int images)
    {
        _subject.Options.ValidationSetFraction = heldOut;

        var forecast = _subject.Ml.Transforms.PruneBlocks(_subject.Options).Forecast(_subject.Data(40), 500);

        Assert.AreEqual(images, forecast.Images);
        _subject.Options.MaximumCalibrationImages = 20;
        Assert.AreEqual(
            heldOut == 0 ? 20 : 18, _subject.Ml.Transforms.PruneBlocks(_subject.Options).Forecast(_subject.Data(40), 500).Images);
    }

    /// <summary>A hundred thousand times the images take longer, however busy the machine is.</summary>
    [TestMethod]
    public void Seconds_GrowWithTheWork()
    {
        double few = SecondsOf(40), many = SecondsOf(4_000_000);

        Assert.IsGreaterThan(0.0, few);
        Assert.IsGreaterThan(10 * few, many);
    }

    /// <summary>A plan of the sample's own would leave other random numbers, or other weights, to the pruning behind it.</summary>
    [TestMethod]
    public void Forecast_ChangesNothing()
    {
        using var before = _subject.Fit(_subject.Data(60));
        var ml = new MLContext(seed: 1);
        ml.Transforms.PruneBlocks(_subject.Options).Forecast(_subject.Data(60), 60);

        using var after = ml.Transforms.PruneBlocks(_subject.Options).Fit(_subject.Data(60));

        using MemoryStream one = new(), other = new();
        before.SaveNetwork(one);
        after.SaveNetwork(other);
        CollectionAssert.AreEqual(WithoutTimes(one), WithoutTimes(other));
    }

    [TestMethod]
    public void Network_OfUnlikeLayersIsTimedWhole()
    {
        var spec = ToyFamily.Spec;

        Assert.AreEqual(1, PruneSample.LayersOf(spec));
        Assert.AreEqual(2, PruneSample.LayersOf(_subject.Weights.Spec), "two layers of one size");
    }

    private double SecondsOf(int images) =>
        _subject.Ml.Transforms.PruneBlocks(_subject.Options).Forecast(_subject.Data(40), images).Seconds!.Value;

    // The weights alone: the report in the header holds times.
    private static byte[] WithoutTimes(MemoryStream file)
    {
        byte[] bytes = file.ToArray();
        return bytes[(8 + (int)BitConverter.ToInt64(bytes))..];
    }

    [GeneratedRegex(@"Keep at least ([\d.]+) of")]
    private static partial Regex AtLeast();
}
