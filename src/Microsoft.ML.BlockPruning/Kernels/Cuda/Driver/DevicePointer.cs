namespace Microsoft.ML.BlockPruning.Kernels.Cuda.Driver;

/// <summary>An address in device memory; the default value is null.</summary>
internal readonly record struct DevicePointer(ulong Address)
{
    /// <summary>The address a number of bytes further on.</summary>
    public DevicePointer Plus(long bytes) => new(checked((ulong)((long)Address + bytes)));
}
