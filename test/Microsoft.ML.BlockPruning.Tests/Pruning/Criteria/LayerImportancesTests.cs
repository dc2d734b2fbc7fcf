using Microsoft.ML.BlockPruning.Pruning.Criteria;
using Microsoft.ML.BlockPruning.Sparsity;

namespace Microsoft.ML.BlockPruning.Tests.Pruning.Criteria;

[TestClass]
public sealed class LayerImportancesTests
{
    [TestMethod]
    [DataRow(double.NaN)]
    [DataRow(double.PositiveInfinity)]
    public void Set_RefusesWhatIsNotFiniteAndNamesTheBlock(double value)
    {
        var importances = new LayerImportances("blocks.0.mlp.fc1", new BlockMask(4, 4, new BlockShape(2, 2)));

        var error = Assert.ThrowsExactly<ArithmeticException>(() => importances[1, 0] = value);

        StringAssert.Contains(error.Message, "blocks.0.mlp.fc1");
        StringAssert.Contains(error.Message, "(1, 0)");
    }

    [TestMethod]
    public void SumOfRemoved_AddsWhatTheMaskHasNot()
    {
        var grid = new BlockMask(4, 6, new BlockShape(2, 2));
        var importances = new LayerImportances("blocks.0.mlp.fc1", grid);
        for (int block = 0; block < 6; block++)
        {
            importances[block / 3, block % 3] = Math.Pow(10, block);
        }

        var kept = grid.Clone();
        kept[0, 1] = false; // 10
        kept[1, 2] = false; // 100000

        Assert.AreEqual(100_010, importances.SumOfRemoved(kept));
        Assert.AreEqual((1, 100_000), importances.Range);
    }
}
