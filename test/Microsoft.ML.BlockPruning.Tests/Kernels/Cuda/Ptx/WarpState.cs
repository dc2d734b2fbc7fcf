namespace Microsoft.ML.BlockPruning.Tests.Kernels.Cuda.Ptx;

/// <summary>Why a warp stopped running.</summary>
internal enum WarpState
{
    Running,
    AtBarrier,
    Finished,
}
