using Microsoft.ML.BlockPruning.Formats;
using Microsoft.ML.BlockPruning.Kernels.Cuda;
using Microsoft.ML.BlockPruning.Kernels.Cuda.Driver;
using Microsoft.ML.BlockPruning.Sparsity;

namespace Microsoft.ML.BlockPruning.Measurement.GpuCheck;

/// <summary>A layer to time: its size, its blocks, how much it keeps, and how many tokens come.</summary>
internal sealed record TimingCase(string Layer, int OutFeatures, int InFeatures, BlockShape Block, double Keep, int Images, int Tokens)
{
    /// <summary>Blocks of the kernel that the others are compared with.</summary>
    public static BlockShape DenseBlock { get; } = new(64, 64);

    /// <summary>Whether it is that kernel: nothing removed, in the largest blocks.</summary>
    public bool IsDense => Keep == 1 && Block == DenseBlock;

    /// <summary>What a case has in common with the dense one that it is compared with.</summary>
    public (string Layer, int Images) Group => (Layer, Images);

    /// <summary>Packs weights of the case; what they hold does not matter for the time.</summary>
    public DeviceLinear CreateLinear(ICudaDriver driver, CudaStream stream) => new(
        driver,
        BlockSparseMatrix.FromDense(new float[OutFeatures * InFeatures], RandomMask.Of(OutFeatures, InFeatures, Block, Keep)),
        new float[OutFeatures],
        NumberFormat.Float16,
        stream);
}
