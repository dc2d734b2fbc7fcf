using Microsoft.ML.BlockPruning.Calibration;
using Microsoft.ML.BlockPruning.Pruning.Refit;
using Microsoft.ML.BlockPruning.Sparsity;
using Microsoft.ML.BlockPruning.Tests.Torch;

namespace Microsoft.ML.BlockPruning.Tests.Pruning.Refit;

[TestClass]
public sealed class MaskedWeightsTests
{
    [TestMethod]
    public void Run_IsTheDenseNetworkWithZerosInRemovedBlocks()
    {
        var dense = TinyNetwork.Weights(TinyNetwork.Config(), seed: 3);
        var layers = PrunableLayer.Of(dense, new BlockShape(4, 5)); // ragged
        var mask = layers[2].Blocks.Clone();
        (mask[0, 0], mask[2, 1]) = (false, false);
        var plan = new SparsityPlan();
        plan.Add(layers[2].Name, mask); // the others have none
        int steps = 0;
        var refit = new MaskedWeights(new RefitTask(dense, TinyNetwork.Calibration(dense.Config, 1), layers, [], plan, Seed: 1));

        var masked = refit.Run(() => steps++);

        Assert.AreEqual(refit.Work.Steps, steps);
        foreach (var (before, after) in dense.Tensors.Zip(masked.Tensors))
        {
            bool isMasked = before.Name == "blocks.0.mlp.fc1.weight";
            float[] expected = [.. before.Values.Select((value, i) =>
                isMasked && ((i / 6 < 4 && i % 6 < 5) || (i / 6 >= 8 && i % 6 >= 5)) ? 0 : value)];
            CollectionAssert.AreEqual(expected, after.Values, before.Name);
        }
    }
}
