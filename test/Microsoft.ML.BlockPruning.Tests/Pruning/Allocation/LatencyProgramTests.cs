using Microsoft.ML.BlockPruning.Pruning.Allocation;

namespace Microsoft.ML.BlockPruning.Tests.Pruning.Allocation;

[TestClass]
public sealed class LatencyProgramTests
{
    [TestMethod]
    public void Solve_NeverSpendsMoreThanThereIs()
    {
        // The best level of both takes a hair more than half: rounded down it would fit twice.
        LayerLevel[] levels = [new(Kept: 1, Loss: 1, Milliseconds: 0.1), new(Kept: 2, Loss: 0, Milliseconds: 0.50004)];

        var chosen = LatencyProgram.Solve([levels, levels], milliseconds: 1);

        Assert.IsLessThanOrEqualTo(1, chosen.Sum(level => level.Milliseconds));
        Assert.AreEqual(1, chosen.Sum(level => level.Loss)); // and one of them does fit
    }

    [TestMethod]
    public void Solve_WhereTheRoundingLeavesNoRoom_TakesTheFastestOfEach()
    {
        LayerLevel[] levels = [new(Kept: 1, Loss: 1, Milliseconds: 0.50004), new(Kept: 2, Loss: 0, Milliseconds: 0.6)];

        var chosen = LatencyProgram.Solve([levels, levels], milliseconds: 1.00009);

        Assert.IsTrue(chosen.All(level => level.Kept == 1));
    }
}
