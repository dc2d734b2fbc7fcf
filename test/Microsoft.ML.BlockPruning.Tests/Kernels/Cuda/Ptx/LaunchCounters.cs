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

    /// <summary>Times that shared memory had to serve one bank again for one access.</summary>
    public long BankConflicts { get; set; }

    /// <summary>Multiply-adds of lanes outside of mma: fma.rn.f32.</summary>
    public long Fma { get; set; }

    /// <summary>Instructions of all kinds.</summary>
    public long Instructions { get; set; }

    public long GlobalBytes => GlobalBytesRead + GlobalBytesWritten;
}
