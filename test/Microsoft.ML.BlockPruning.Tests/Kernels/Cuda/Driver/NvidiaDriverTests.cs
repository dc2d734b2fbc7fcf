using Microsoft.ML.BlockPruning.Kernels.Cuda.Driver;

namespace Microsoft.ML.BlockPruning.Tests.Kernels.Cuda.Driver;

[TestClass]
public sealed class NvidiaDriverTests
{
    /// <summary>Most machines that run the tests have no NVIDIA driver: that is an answer, not an exception.</summary>
    [TestMethod]
    public void TryLoad_WithoutADriver_IsNull()
    {
        var library = DriverLibrary.TryLoad();
        if (library is not null)
        {
            Assert.Inconclusive("An NVIDIA driver is here.");
        }

        Assert.IsNull(NvidiaDriver.TryLoad());
    }
}
