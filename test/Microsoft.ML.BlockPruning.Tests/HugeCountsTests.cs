using Microsoft.ML.BlockPruning.Imaging;
using Microsoft.ML.BlockPruning.MlNet.Columns;
using Microsoft.ML.BlockPruning.Networks;
using Microsoft.ML.BlockPruning.Networks.Families;
using Microsoft.ML.BlockPruning.Pruning.GateGradients;
using Microsoft.ML.BlockPruning.Runs;
using Microsoft.ML.BlockPruning.Sparsity;
using Microsoft.ML.Data;

namespace Microsoft.ML.BlockPruning.Tests;

/// <summary>Counts that a column or an option brings are compared before they become arrays.</summary>
[TestClass]
public sealed class HugeCountsTests
{
    private readonly MLContext _ml = new(seed: 1);

    [TestMethod]
    [DataRow((1u << 24) + 1u)]
    [DataRow((uint)int.MaxValue)]
    [DataRow(uint.MaxValue)]
    public void ALabelColumnOfHugeKeys_IsRefusedBeforeItsNamesAreRead(uint keys)
    {
        var builder = new DataViewSchema.Builder();
        builder.AddColumn("Label", new KeyDataViewType(typeof(uint), keys));
        var schema = builder.ToSchema();
        var host = ((Microsoft.ML.Runtime.IHostEnvironment)_ml).Register("test");

        var error = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => LabelColumn.Find(host, schema, "Label"));

        StringAssert.Contains(error.Message, $"a key of {keys} values, which is not a number of classes");
    }

    [TestMethod]
    public void MoreGateGradientsThanAnArrayHolds_AreNamed()
    {
        var gradients = new LayerGateGradients("a", new BlockMask(64, 64, new BlockShape(1, 1)), new float[4096]);

        var error = Assert.ThrowsExactly<ArgumentException>(
            () => new GateColumns([.. Enumerable.Repeat(gradients, 1000)], new int[1024]));

        StringAssert.Contains(error.Message, "4096000 blocks on 1024 images");
    }

    [TestMethod]
    public void ALatencyAtABatchThatNoArrayHolds_IsRefused()
    {
        var config = new ViTConfig(1024, 1024, channels: 1, embedDim: 2, depth: 1, numHeads: 1, mlpDim: 2, numClasses: 2);
        var weights = new NetworkWeights(ViT.Of(config));
        var request = PruneBudget.Latency(0.5, batchSize: 4096).Request.Latency!;

        var error = Assert.ThrowsExactly<ArgumentException>(() => LatencyMeasurement.Measure(
            weights, ImagePreprocessing.ImageNet(1024, 1), null!, request, () => Assert.Fail("Nothing may be measured.")));

        StringAssert.Contains(error.Message, "one array holds 2047 images of this network");
    }
}
