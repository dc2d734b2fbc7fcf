using System.Text.Json;
using Microsoft.ML.BlockPruning.Formats;
using Microsoft.ML.BlockPruning.Kernels.Cuda;
using Microsoft.ML.BlockPruning.Sparsity;

namespace Microsoft.ML.BlockPruning.Tests.Kernels.Cuda;

/// <summary>What the kernels do per tile of 128 tokens and block row, counted at several shares of kept blocks.</summary>
/// <remarks>eng/cuda/ptx-evidence.sh has the counts written to the file that BLOCKPRUNING_KERNEL_COUNTS names.</remarks>
[TestClass]
public sealed class KernelCountsTests
{
    private const int Tokens = 128;
    private const int InFeatures = 1280; // 20 blocks of 64
    private static readonly double[] Keeps = [1, 0.5, 0.25, 0.1];
    private static readonly JsonSerializerOptions Indented =
        new() { WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.CamelCase };

    [TestMethod]
    public void Linear_MultipliesExactlyWhatIsKept_WithoutBankConflicts()
    {
        var rows = new List<object>();
        foreach (object[] kernel in LinearKernelTests.Kernels)
        {
            var element = Enum.Parse<NumberFormat>((string)kernel[0]);
            var shape = new BlockShape((int)kernel[1], (int)kernel[2]);
            using var lab = new CudaLab();
            foreach (double keep in Keeps)
            {
                int kept = Run(lab, shape, element, keep);
                var (counted, launch) = (lab.Driver.LastLaunch, lab.Driver.LastShape);
                long flops = (counted.Mma * 2 * 16 * 8 * 16) + (counted.Fma * 2);

                Assert.AreEqual(2L * Tokens * kept * shape.Height * shape.Width, flops, $"{element} {shape} at {keep}");
                Assert.AreEqual(0, counted.BankConflicts, $"{element} {shape} at {keep}");
                rows.Add(new
                {
                    kernel = $"linear_{CudaKernels.NameOf(element)}_{shape}",
                    tokens = Tokens,
                    outFeatures = shape.Height,
                    inFeatures = InFeatures,
                    keptBlocks = kept,
                    blocks = InFeatures / shape.Width,
                    launch.SharedBytes,
                    flops,
                    counted.Mma,
                    counted.LdMatrix,
                    counted.GlobalBytesRead,
                    counted.GlobalBytesWritten,
                    counted.BankConflicts,
                });
            }
        }

        if (Environment.GetEnvironmentVariable("BLOCKPRUNING_KERNEL_COUNTS") is { } path)
        {
            File.WriteAllText(path, JsonSerializer.Serialize(rows, Indented) + "\n");
        }
    }

    private static int Run(CudaLab lab, BlockShape shape, NumberFormat element, double keep)
    {
        var mask = new BlockMask(shape.Height, InFeatures, shape, keepAll: false);
        int kept = (int)Math.Round(keep * mask.BlockColumns);
        for (int i = 0; i < kept; i++)
        {
            mask[0, i * mask.BlockColumns / kept] = true;
        }

        float[] weight = TestNumbers.Draw(new Random(1), shape.Height * InFeatures, 0.1);
        var matrix = BlockSparseMatrix.FromDense(weight, mask);
        var layer = lab.Own(new DeviceLinear(lab.Driver, matrix, new float[shape.Height], element, default));
        var x = lab.UploadRows(new float[Tokens * InFeatures], InFeatures, InFeatures, InFeatures, element);
        var y = new DeviceRows(lab.Reserve(Tokens, shape.Height, element).Pointer, shape.Height);
        lab.Kernels.Linear(layer, Tokens, x, default, 0, CudaActivation.None, y, default);
        return kept;
    }
}
