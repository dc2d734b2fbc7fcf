namespace Microsoft.ML.BlockPruning.Tests.Kernels.Cuda.Ptx;

/// <summary>The program did what a GPU would not forgive, or what this interpreter does not know; <see cref="Kind"/> says which.</summary>
internal sealed class PtxFault(PtxFaultKind kind, string message) : Exception($"{kind}: {message}")
{
    public PtxFaultKind Kind { get; } = kind;
}
