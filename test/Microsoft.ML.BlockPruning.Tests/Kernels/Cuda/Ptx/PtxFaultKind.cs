namespace Microsoft.ML.BlockPruning.Tests.Kernels.Cuda.Ptx;

/// <summary>What the interpreter checks beside the numbers.</summary>
internal enum PtxFaultKind
{
    /// <summary>An instruction or form that the interpreter does not know: nothing is guessed.</summary>
    Unknown,

    /// <summary>An access outside every allocation, or outside shared memory.</summary>
    OutOfBounds,

    /// <summary>An address that is not a multiple of the access's size.</summary>
    Misaligned,

    /// <summary>Two threads on one word of shared memory without a barrier between them, one of them writing.</summary>
    Race,

    /// <summary>Shared memory touched while an asynchronous copy to it is under way.</summary>
    CopyInFlight,

    /// <summary>Shared memory read that nobody wrote.</summary>
    Uninitialized,

    /// <summary>A warp reached a collective instruction without all of its lanes.</summary>
    Divergence,

    /// <summary>Threads wait at a barrier that others never reach.</summary>
    Deadlock,
}
