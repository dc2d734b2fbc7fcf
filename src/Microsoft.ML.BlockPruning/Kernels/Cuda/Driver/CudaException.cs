namespace Microsoft.ML.BlockPruning.Kernels.Cuda.Driver;

/// <summary>The driver refused a call, or is not there; the message says what was asked, what the driver said and what to do.</summary>
internal sealed class CudaException(string message, int status) : Exception(message)
{
    /// <summary>The driver's number for the error (<c>CUresult</c>).</summary>
    public int Status { get; } = status;
}
