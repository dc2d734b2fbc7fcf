using Microsoft.ML.BlockPruning.Formats;
using Microsoft.ML.BlockPruning.Kernels.Cuda;
using Microsoft.ML.BlockPruning.Kernels.Cuda.Driver;
using Microsoft.ML.BlockPruning.Sparsity;
using Microsoft.ML.BlockPruning.Tests.Kernels.Cuda.Ptx;

namespace Microsoft.ML.BlockPruning.Tests.Kernels.Cuda;

/// <summary>What stands between the kernels and a session: modules, captured graphs, refusals.</summary>
[TestClass]
public sealed class CudaKernelsTests
{
    [TestMethod]
    public void Graph_LaunchedAgain_DoesTheSameOnNewInput()
    {
        using var lab = new CudaLab();
        var layer = lab.Own(new DeviceLinear(lab.Driver, Identity(), null, NumberFormat.Float32, default));
        var x = lab.UploadRows([.. Enumerable.Range(1, 64).Select(i => (float)i)], 16, 16, 16, NumberFormat.Float32);
        var middle = new DeviceRows(lab.Reserve(4, 16, NumberFormat.Float32).Pointer, 16);
        var y = lab.Reserve(4, 16, NumberFormat.Float32);
        var stream = lab.Driver.CreateStream();

        lab.Driver.BeginCapture(stream);
        lab.Kernels.Linear(layer, 4, x, default, 0, CudaActivation.None, middle, stream);
        lab.Kernels.Linear(layer, 4, middle, x, 4, CudaActivation.None, new DeviceRows(y.Pointer, 16), stream);
        var graph = lab.Driver.EndCapture(stream);
        float[] before = CudaLab.Decode(y.Download(stream), NumberFormat.Float32);
        lab.Driver.LaunchGraph(graph, stream);
        float[] after = CudaLab.Decode(y.Download(stream), NumberFormat.Float32);
        lab.Driver.Clear(x.Pointer, 64 * sizeof(float), stream);
        lab.Driver.LaunchGraph(graph, stream);
        float[] cleared = CudaLab.Decode(y.Download(stream), NumberFormat.Float32);
        lab.Driver.DestroyGraph(graph);
        lab.Driver.DestroyStream(stream);

        Assert.IsTrue(before.All(float.IsNaN), "A captured call ran.");
        CollectionAssert.AreEqual(Enumerable.Range(1, 64).Select(i => 2f * i).ToArray(), after);
        CollectionAssert.AreEqual(new float[64], cleared);
    }

    [TestMethod]
    public void Load_PtxThatIsNone_HoldsTheLog()
    {
        using var driver = new PtxInterpreterDriver();

        var error = Assert.ThrowsExactly<CudaException>(() => new CudaKernels(driver, "nothing"u8));

        Assert.Contains("Log:", error.Message);
        Assert.AreEqual(218, error.Status);
    }

    [TestMethod]
    public void Linear_MissingKernel_NamesIt()
    {
        using var driver = new PtxInterpreterDriver();
        using var kernels = new CudaKernels(
            driver, ".visible .entry other(\n.param .align 8 .b8 other_param_0[8]\n)\n.maxntid 128, 1, 1\n{\nret;\n}\n"u8);
        using var layer = new DeviceLinear(driver, Identity(), null, NumberFormat.BFloat16, default);

        var error = Assert.ThrowsExactly<CudaException>(
            () => kernels.Linear(layer, 1, default, default, 0, CudaActivation.None, default, default));

        Assert.Contains("linear_bf16_16x16", error.Message);
    }

    private static BlockSparseMatrix Identity()
    {
        float[] weight = new float[16 * 16];
        for (int i = 0; i < 16; i++)
        {
            weight[17 * i] = 1;
        }

        return BlockSparseMatrix.FromDense(weight, new BlockMask(16, 16, new BlockShape(16, 16)));
    }
}
