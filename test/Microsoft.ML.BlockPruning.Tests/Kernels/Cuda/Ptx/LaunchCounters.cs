namespace Microsoft.ML.BlockPruning.Tests.Kernels.Cuda.Ptx;

/// <summary>What one launch did, summed over its warps.</summary>
internal sealed class LaunchCounters
{
    /// <summary>mma instructions; each is 16 · 8 · 16 multiply-adds.</summary>
    public long Mma { get; set; }

    /// <summary>ldmatrix instructions.</summary>
    public long LdMatrix { get; set; }

    /// <summary>Bytes read from global memory, asynchronous copies included.</summary>
    public long GlobalBytesRead { get; set; }

    /// <summary>Bytes written to global memory.</summary>
    public long GlobalBytesWritten { get; set; }

    /// <summary>Times that shared memory had to serve one bank again for one access. Writes of cp.async are not counted.</summary>
    public long BankConflicts { get; set; }

    /// <summary>Instructions of all kinds.</summary>
    public long Instructions { get; set; }

    public long GlobalBytes => GlobalBytesRead + GlobalBytesWritten;
}
