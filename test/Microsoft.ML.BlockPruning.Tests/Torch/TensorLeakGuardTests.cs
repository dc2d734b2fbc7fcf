using TorchSharp;

namespace Microsoft.ML.BlockPruning.Tests.Torch;

[TestClass]
public sealed class TensorLeakGuardTests
{
    [TestMethod]
    public void AssertNothingLeaked_FailsWhileATensorLives()
    {
        var guard = TensorLeakGuard.Start();
        using var leaked = torch.zeros(2);

        Assert.ThrowsExactly<AssertFailedException>(guard.AssertNothingLeaked);
    }

    [TestMethod]
    public void AssertNothingLeaked_HoldsAfterADisposeScope()
    {
        var guard = TensorLeakGuard.Start();
        using (torch.NewDisposeScope())
        {
            _ = torch.zeros(2) + torch.ones(2);
        }

        guard.AssertNothingLeaked();
    }
}
