using Microsoft.ML.BlockPruning.Calibration;
using Microsoft.ML.BlockPruning.MlNet.Columns;
using Microsoft.ML.BlockPruning.MlNet.Progress;
using Microsoft.ML.BlockPruning.Networks.Families;
using Microsoft.ML.Runtime;
using TorchSharp;

namespace Microsoft.ML.BlockPruning.Tests.MlNet.Columns;

[TestClass]
public sealed class CalibrationReaderTests
{
    private readonly MLContext _ml = new(seed: 1);

    [TestMethod]
    public void Read_TakesEveryRowInOrder()
    {
        var set = Read(rows: 5, limit: null, seed: 1);

        Assert.AreEqual(5, set.Count);
        CollectionAssert.AreEqual(new[] { 0, 1, 2, 3, 4 }, RowsOf(set));
    }

    [TestMethod]
    public void Read_OfMoreThanWanted_DrawsARepeatableSampleWithoutRepetition()
    {
        int[] sample = RowsOf(Read(rows: 40, limit: 6, seed: 1));

        Assert.HasCount(6, sample.Distinct());
        CollectionAssert.AreEqual(sample, RowsOf(Read(rows: 40, limit: 6, seed: 1)));
        CollectionAssert.AreNotEquivalent(sample, RowsOf(Read(rows: 40, limit: 6, seed: 2)));
    }

    [TestMethod]
    public void Read_OfMoreThanWanted_GivesEveryRowTheSameChance()
    {
        int[] drawn = new int[10];
        for (int seed = 0; seed < 400; seed++)
        {
            foreach (int row in RowsOf(Read(rows: 10, limit: 3, seed)))
            {
                drawn[row]++;
            }
        }

        // Binomial(400, 0.3): mean 120, deviation 9.2; five deviations either side.
        Assert.IsTrue(drawn.All(count => count is > 74 and < 166), string.Join(' ', drawn));
    }

    [TestMethod]
    [DataRow(10, 0.1, 1)]
    [DataRow(10, 0.04, 1)] // at least one
    [DataRow(10, 0.25, 2)]
    [DataRow(10, 0.99, 9)] // and one is left
    [DataRow(40, 0.5, 20)]
    public void Read_SetsAFractionAside(int rows, double fraction, int expected)
    {
        var (calibration, heldOut, _) = ReadImages(rows, limit: null, seed: 1, fraction);

        Assert.AreEqual(expected, heldOut!.Count);
        CollectionAssert.AreEqual(Enumerable.Range(0, rows).ToArray(), RowsOf(calibration).Concat(RowsOf(heldOut)).Order().ToArray());
        CollectionAssert.AreEqual(RowsOf(heldOut), RowsOf(ReadImages(rows, limit: null, seed: 1, fraction).HeldOut!));
    }

    [TestMethod]
    public void Read_WithAnotherSeed_SetsOthersAside() => CollectionAssert.AreNotEqual(
        RowsOf(ReadImages(40, limit: null, seed: 1, fraction: 0.5).HeldOut!),
        RowsOf(ReadImages(40, limit: null, seed: 2, fraction: 0.5).HeldOut!));

    /// <summary>Rows are told apart by their first pixel.</summary>
    private static int[] RowsOf(CalibrationSet set)
    {
        using var scope = torch.NewDisposeScope();
        return [.. Enumerable.Range(0, set.BatchCount)
            .SelectMany(batch => set.ImagesOf(batch).flatten(1).select(1, 0).data<float>().ToArray())
            .Select(value => (int)MathF.Round(((value * 0.5f) + 0.5f) * 255))];
    }

    private CalibrationSet Read(int rows, int? limit, int seed) => ReadImages(rows, limit, seed, fraction: 0).Calibration;

    private CalibrationImages ReadImages(int rows, int? limit, int seed, double fraction)
    {
        var pixels = Enumerable.Range(0, rows).Select(i => new PixelsRow { Image = [.. Enumerable.Repeat((float)i, 768)] });
        var data = _ml.Data.LoadFromEnumerable(pixels);
        var host = ((IHostEnvironment)_ml).Register("test");
        using var channel = host.Start("test");
        var options = new InputRequest
        {
            ModelPath = "any",
            ImageColumnName = "Image",
            MaximumCalibrationImages = limit,
            ValidationSetFraction = fraction,
        };
        var reader = new CalibrationReader(host, options, new PruneProgressRelay(host, channel, null, CancellationToken.None));
        return reader.Read(data, data.Schema["Image"], null, ViT.Of(TestNetworks.Config()), TestNetworks.Preprocessing(), seed);
    }
}
