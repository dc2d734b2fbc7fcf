namespace Microsoft.ML.BlockPruning.Tests.Kernels.Cuda.Ptx;

/// <summary>What an instruction needs from the machine.</summary>
internal enum PtxOperation
{
    /// <summary>Registers to a register, lane by lane.</summary>
    Compute,
    Branch,
    Return,
    LoadParameter,
    LoadGlobal,
    StoreGlobal,
    LoadShared,
    StoreShared,
    CopyAsync,
    CommitCopies,
    WaitForCopies,
    BlockBarrier,
    WarpBarrier,
    LoadMatrix,
    MultiplyMatrix,
    Shuffle,
}
