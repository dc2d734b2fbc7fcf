using System.Runtime.InteropServices;

namespace Microsoft.ML.BlockPruning.Kernels.Cuda.Driver;

/// <summary>Device memory that is freed with the object.</summary>
internal sealed unsafe class DeviceBuffer : IDisposable
{
    private readonly ICudaDriver _driver;
    private bool _disposed;

    public DeviceBuffer(ICudaDriver driver, long bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bytes);
        _driver = driver;
        Bytes = bytes;
        Pointer = driver.Allocate(Math.Max(bytes, 16)); // the driver refuses 0, and an empty matrix still needs an address
    }

    public long Bytes { get; }

    public DevicePointer Pointer { get; }

    /// <summary>Memory that holds a copy of the numbers; waits until they are there.</summary>
    public static DeviceBuffer Upload<T>(ICudaDriver driver, ReadOnlySpan<T> values, CudaStream stream)
        where T : unmanaged
    {
        var bytes = MemoryMarshal.AsBytes(values);
        var buffer = new DeviceBuffer(driver, bytes.Length);
        try
        {
            fixed (byte* source = bytes)
            {
                if (bytes.Length > 0)
                {
                    driver.CopyToDevice(buffer.Pointer, (nint)source, bytes.Length, stream);
                }

                driver.Synchronize(stream);
            }

            return buffer;
        }
        catch
        {
            buffer.Dispose();
            throw;
        }
    }

    /// <summary>Reads all of it; waits until it is there.</summary>
    public byte[] Download(CudaStream stream)
    {
        byte[] bytes = new byte[Bytes];
        fixed (byte* target = bytes)
        {
            if (bytes.Length > 0)
            {
                _driver.CopyToHost((nint)target, Pointer, Bytes, stream);
            }

            _driver.Synchronize(stream);
        }

        return bytes;
    }

    public void Dispose()
    {
        if (!_disposed)
        {
            _disposed = true;
            CudaScope.Try(() => _driver.Free(Pointer));
        }
    }
}
