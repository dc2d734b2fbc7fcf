using Microsoft.ML.BlockPruning.Calibration;
using Microsoft.ML.BlockPruning.Sparsity;
using Microsoft.ML.BlockPruning.Tests.Torch;
using TorchSharp;

namespace Microsoft.ML.BlockPruning.Tests.Calibration;

/// <summary>Calibration in three shards: the order of arrival does not matter, and the sums are those of one pass.</summary>
[TestClass]
public sealed class LayerSumsTests
{
    private const int Shards = 3;
    private const int Batch = 64; // of a network this small

    private static readonly int[][] Arrivals = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]];

    private TensorLeakGuard _guard = null!;

    [TestInitialize]
    public void StartGuard() => _guard = TensorLeakGuard.Start();

    [TestCleanup]
    public void CheckGuard() => _guard.AssertNothingLeaked();

    [TestMethod]
    [DataRow(Batch)] // a shard is a batch of the whole pass: the same additions in the same order
    [DataRow(50)] // the whole pass has batches of 64, 64 and 22
    public void Merge_InAnyOrderOfArrival_GivesTheSameBits_AndThoseOfOnePass(int imagesOfAShard)
    {
        var weights = TinyNetwork.Weights(TinyNetwork.Config(), seed: 3);
        var layers = PrunableLayer.Of(weights, new BlockShape(4, 5));
        int images = Shards * imagesOfAShard;
        float[] pixels = TinyNetwork.Images(weights.Config, images, seed: 5);
        int[] labels = [.. Enumerable.Range(0, images).Select(image => image % 3)];
        using var scope = torch.NewDisposeScope();
        var all = new CalibrationSet(weights.Spec, pixels, images, labels);
        var whole = new CalibrationPass(weights, all, seed: 1).RunShard(layers, Nothing);
        var shards = Enumerable.Range(0, Shards).Select(Shard).ToArray();

        for (int layer = 0; layer < layers.Count; layer++)
        {
            LayerSums[] merged = [.. Arrivals.Select(order =>
                LayerSums.Merge(order.Select(index => KeyValuePair.Create(index, shards[index][layer]))))];

            foreach (var other in merged)
            {
                CollectionAssert.AreEqual(Bits(merged[0]), Bits(other));
            }

            if (imagesOfAShard == Batch)
            {
                CollectionAssert.AreEqual(Bits(whole[layer]), Bits(merged[0]));
            }

            AssertWithinRounding(whole[layer], merged[0]);
            AssertSameStatistics(layers[layer], whole[layer], merged[0]);
        }

        IReadOnlyList<LayerSums> Shard(int index)
        {
            int first = index * imagesOfAShard, dim = weights.Spec.ImageDim;
            var set = new CalibrationSet(
                weights.Spec, pixels[(first * dim)..((first + imagesOfAShard) * dim)], imagesOfAShard,
                labels[first..(first + imagesOfAShard)]);
            return new CalibrationPass(weights, set, seed: 1).RunShard(layers, Nothing);
        }
    }

    [TestMethod]
    public void Merge_RefusesWhatIsNotOneResultOfEachPart()
    {
        var sums = new LayerSums([[1, 2, 3, 4]], [5], [[6]], 1);
        var other = new LayerSums([[1]], [5], [[6]], 1);

        StringAssert.Contains(Refused(), "no shard");
        StringAssert.Contains(Refused(new(1, sums), new(1, sums)), "The shard 1 is there twice");
        StringAssert.Contains(Refused(new(1, sums), new(0, other)), "The shard 1 is of another layer");

        static string Refused(params KeyValuePair<int, LayerSums>[] shards) =>
            Assert.ThrowsExactly<ArgumentException>(() => LayerSums.Merge(shards)).Message;
    }

    private static void Nothing()
    {
    }

    private static long[] Bits(LayerSums sums) =>
    [
        .. sums.Inputs.SelectMany(sum => sum).Concat(sums.Gradients).Select(BitConverter.DoubleToInt64Bits),
        .. sums.Energies.SelectMany(energies => energies).Select(energy => (long)BitConverter.SingleToInt32Bits(energy)), sums.Images,
    ];

    // An entry of Σ e x xᵀ is a scalar product, so that the absolute values of its batches' parts add up to √(aᵢᵢ aⱼⱼ) at most
    // (Cauchy-Schwarz, twice). A product in float32 over the rows of a batch, of which there are at most Batch · tokens in another
    // order, is off by rows · 2⁻²⁴ of that; the float64 additions are off by far less.
    private static void AssertWithinRounding(LayerSums expected, LayerSums actual)
    {
        double bound = 2.0 * expected.Energies[0].Length * Math.Pow(2, -24);
        for (int group = 0; group < expected.Inputs.Count; group++)
        {
            double[] one = expected.Inputs[group], other = actual.Inputs[group];
            int width = (int)Math.Sqrt(one.Length);
            for (int i = 0; i < one.Length; i++)
            {
                double scale = Math.Sqrt(one[(i / width * width) + (i / width)] * one[(i % width * width) + (i % width)]);
                Assert.AreEqual(one[i], other[i], bound * scale);
            }
        }
    }

    private static void AssertSameStatistics(PrunableLayer layer, LayerSums whole, LayerSums merged)
    {
        var (expected, actual) = (LayerAccumulator.Of(layer, whole), LayerAccumulator.Of(layer, merged));
        double bound = 2.0 * whole.Energies[0].Length * Math.Pow(2, -24);
        for (int group = 0; group < expected.Inputs.Count; group++)
        {
            double largest = expected.Inputs[group].abs().max().item<double>();
            double difference = (expected.Inputs[group] - actual.Inputs[group]).abs().max().item<double>();
            Assert.IsLessThanOrEqualTo(2 * bound * largest, difference);
        }
    }
}
