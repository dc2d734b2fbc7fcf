namespace Microsoft.ML.BlockPruning.Kernels.Cuda.Driver;

/// <summary>What can be asked of a kernel once it is translated; the numbers are the driver's (<c>CUfunction_attribute</c>).</summary>
internal enum CudaFunctionAttribute
{
    /// <summary>Threads that a block of this kernel can have at most.</summary>
    MaximumThreads = 0,

    /// <summary>Bytes of shared memory the kernel has without those of the launch.</summary>
    StaticSharedBytes = 1,

    /// <summary>Bytes of local memory a thread uses: more than 0 means that registers were spilled.</summary>
    LocalBytes = 3,

    /// <summary>Registers a thread uses.</summary>
    Registers = 4,

    /// <summary>Bytes of shared memory a launch may ask for; the default is 48 KiB.</summary>
    MaximumDynamicSharedBytes = 8,
}
