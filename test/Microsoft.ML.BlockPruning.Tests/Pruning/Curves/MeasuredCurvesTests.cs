using Microsoft.ML.BlockPruning.Networks;
using Microsoft.ML.BlockPruning.Pruning;
using Microsoft.ML.BlockPruning.Pruning.Allocation;
using Microsoft.ML.BlockPruning.Pruning.Budgets;
using Microsoft.ML.BlockPruning.Pruning.Criteria;
using Microsoft.ML.BlockPruning.Pruning.Curves;
using Microsoft.ML.BlockPruning.Pruning.Refit;
using Microsoft.ML.BlockPruning.Sparsity;
using Microsoft.ML.BlockPruning.Tests.Torch;

namespace Microsoft.ML.BlockPruning.Tests.Pruning.Curves;

[TestClass]
public sealed class MeasuredCurvesTests
{
    private const string Wrong = "blocks.1.mlp.fc2";
    private static readonly NetworkWeights Network = TinyNetwork.Weights(TinyNetwork.Config(), seed: 3);

    private TensorLeakGuard _guard = null!;

    [TestInitialize]
    public void StartGuard() => _guard = TensorLeakGuard.Start();

    [TestCleanup]
    public void CheckGuard() => _guard.AssertNothingLeaked();

    [TestMethod]
    [DataRow(10.0)]
    [DataRow(0.1)]
    public void Prune_AllocatesTheSameThoughOneLayersImportancesAreWrongByAFactor(double factor)
    {
        string right = Plan(new MeasuredCurves(), 1);

        Assert.AreNotEqual(Plan(new SharedScale(), 1), Plan(new SharedScale(), factor), "the factor would not matter");
        Assert.AreEqual(right, Plan(new MeasuredCurves(), factor));
    }

    // Measured is 0.02 δ^1.5 of the predicted δ exactly, so each block must come out at its rise of that.
    [TestMethod]
    public void Correct_GivesEachBlockItsRiseOfTheMeasuredCurve()
    {
        double[] predicted = [4, 1, 3, 2, 6, 5, 8, 7];
        var importances = Layer(predicted);
        double Curve(double loss) => 0.02 * Math.Pow(loss, 1.5);
        double[] sorted = [.. predicted.Order()];
        double Sum(int count) => sorted.Take(count).Sum();

        var corrected = MeasuredCurves.Correct(importances, [.. MeasuredCurves.PointsOf(8).Select(count => Curve(Sum(count)))]);

        for (int block = 0; block < 8; block++)
        {
            int rank = Array.IndexOf(sorted, predicted[block]);
            Assert.AreEqual(Curve(Sum(rank + 1)) - Curve(Sum(rank)), corrected[block / 4, block % 4], 1e-9, $"{block}");
        }
    }

    [TestMethod]
    public void Correct_StaysConvexAndInOrderWhateverIsMeasured()
    {
        // Falls, then saturates: an exponent below one, whose curve is concave.
        var corrected = MeasuredCurves.Correct(Layer([4, 1, 3, 2, 6, 5, 8, 7]), [0.5, 0.4, 0.6, 0.6]);

        double[] inOrder = [.. new[] { 1, 3, 2, 0, 5, 4, 7, 6 }.Select(block => corrected[block / 4, block % 4])];
        for (int i = 1; i < inOrder.Length; i++)
        {
            Assert.IsGreaterThan(inOrder[i - 1], inOrder[i]);
        }

        Assert.IsGreaterThan(0, inOrder[0]);
    }

    [TestMethod]
    public void Correct_LeavesOutTheBlocksThatHaveGone()
    {
        var importances = Layer([4, 1, 3, 2, 6, 5, 8, 7]);
        var remaining = importances.Blocks.Clone();
        remaining[0, 1] = false; // the least important
        var within = importances.Within(remaining);

        var corrected = MeasuredCurves.Correct(within, [.. MeasuredCurves.PointsOf(7).Select(count => (double)count)]);

        Assert.AreEqual(0.0, corrected[0, 1]);
        Assert.IsGreaterThan(0, corrected[0, 3]);
    }

    [TestMethod]
    public void PointsOf_AreDistinctAndEndInAllBlocks()
    {
        CollectionAssert.AreEqual(new[] { 25, 50, 75, 100 }, MeasuredCurves.PointsOf(100));
        CollectionAssert.AreEqual(new[] { 1, 2 }, MeasuredCurves.PointsOf(2));
        CollectionAssert.AreEqual(new[] { 1 }, MeasuredCurves.PointsOf(1));
        Assert.IsEmpty(MeasuredCurves.PointsOf(0));
    }

    private static LayerImportances Layer(double[] values)
    {
        var importances = new LayerImportances("a", new BlockMask(2, 4, new BlockShape(1, 1)));
        for (int block = 0; block < values.Length; block++)
        {
            importances[block / 4, block % 4] = values[block];
        }

        return importances;
    }

    private static string Plan(IImportanceScale scale, double factor)
    {
        var cost = new NetworkCost(Network.Spec);
        var settings = new PruneSettings
        {
            Layers = new LayerRules(new BlockShape(2, 3)),
            Constraints = [PruneConstraint.Keep(0.5, new FlopsCostModel(cost), cost.TotalMultiplyAdds, "multiply-adds")],
            Seed = 1,
        };
        var method = new PruneMethod
        {
            Selection = new ImportanceSelection(new ScaledCriterion(factor), scale),
            Refit = task => new MaskedWeights(task),
        };
        return new BlockPruner(method).Prune(Network, TinyNetwork.Calibration(Network.Config, 40), settings, _ => { }).Plan.ToJson();
    }

    // The default criterion with the importances of one layer multiplied.
    private sealed class ScaledCriterion(double factor) : IBlockCriterion
    {
        public int Passes => 1;

        public IReadOnlyList<LayerImportances> Rate(CriterionContext context)
        {
            var all = new ObsPathCriterion().Rate(context);
            var layer = all.Single(layer => layer.LayerName == Wrong);
            for (int block = 0; block < layer.Blocks.TotalBlocks; block++)
            {
                layer[block / layer.Blocks.BlockColumns, block % layer.Blocks.BlockColumns] *= factor;
            }

            return all;
        }
    }
}
