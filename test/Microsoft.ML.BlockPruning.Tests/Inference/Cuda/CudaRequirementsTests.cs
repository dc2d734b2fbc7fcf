using Microsoft.ML.BlockPruning.Inference.Cuda;
using Microsoft.ML.BlockPruning.Networks.Families;

namespace Microsoft.ML.BlockPruning.Tests.Inference.Cuda;

[TestClass]
public sealed class CudaRequirementsTests
{
    /// <summary>2^30 pixels: 4 bytes each are 0 in 32 bits, and the copy would go past its buffer.</summary>
    [TestMethod]
    public void AnImageWhoseBytesWrap_IsRefused()
    {
        var config = new ViTConfig(1 << 15, 1 << 11, channels: 1, embedDim: 8, depth: 1, numHeads: 1, mlpDim: 8, numClasses: 2);

        var error = Assert.ThrowsExactly<NotSupportedException>(() => CudaRequirements.Check(ViT.Of(config)));

        StringAssert.Contains(error.Message, "images of up to 268435456 values, the network reads 1073741824");
        CudaRequirements.Check(
            ViT.Of(new ViTConfig(1 << 14, 1 << 10, channels: 1, embedDim: 8, depth: 1, numHeads: 1, mlpDim: 8, numClasses: 2)));
    }
}
