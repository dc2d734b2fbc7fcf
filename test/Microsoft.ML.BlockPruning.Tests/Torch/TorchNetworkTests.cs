using Microsoft.ML.BlockPruning.Tests.Processes;

namespace Microsoft.ML.BlockPruning.Tests.Torch;

[TestClass]
public sealed class TorchNetworkTests
{
    [TestMethod]
    public void Constructor_LoadsLibtorchWhereNothingHasBefore()
    {
        var child = ChildProcess.Run(typeof(TorchNetworkChild)).AssertSucceeded();

        // class token, positions, patch embedding 2, two layers of 12, norm 2, head 2
        Assert.AreEqual("32", child.Output.Trim());
    }
}
