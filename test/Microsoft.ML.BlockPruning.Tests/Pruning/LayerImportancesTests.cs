using Microsoft.ML.BlockPruning.Pruning;
using Microsoft.ML.BlockPruning.Sparsity;

namespace Microsoft.ML.BlockPruning.Tests.Pruning;

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
}
