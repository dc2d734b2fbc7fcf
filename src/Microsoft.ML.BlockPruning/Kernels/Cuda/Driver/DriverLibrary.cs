using System.Runtime.InteropServices;

namespace Microsoft.ML.BlockPruning.Kernels.Cuda.Driver;

/// <summary>The library that comes with the NVIDIA driver (no toolkit needed), and the entry points used of it.</summary>
/// <remarks>Names with _v2 are those that cuda.h gives the plain names to: the old ones take 32-bit sizes.</remarks>
internal sealed unsafe class DriverLibrary
{
    private const int Success = 0;

    private static readonly string[] Names = OperatingSystem.IsWindows() ? ["nvcuda.dll"] : ["libcuda.so.1", "libcuda.so"];

    private readonly nint _library;
    private readonly delegate* unmanaged<int, byte**, int> _getErrorName;
    private readonly delegate* unmanaged<int, byte**, int> _getErrorString;

    private DriverLibrary(nint library)
    {
        _library = library;
        _getErrorName = (delegate* unmanaged<int, byte**, int>)Find("cuGetErrorName");
        _getErrorString = (delegate* unmanaged<int, byte**, int>)Find("cuGetErrorString");
    }

    /// <summary>Loads the library.</summary>
    /// <returns>Null where no NVIDIA driver is installed.</returns>
    public static DriverLibrary? TryLoad()
    {
        foreach (string name in Names)
        {
            if (NativeLibrary.TryLoad(name, out nint library))
            {
                return new DriverLibrary(library);
            }
        }

        return null;
    }

    /// <summary>An entry point's address.</summary>
    /// <exception cref="CudaException">The driver is too old to have it.</exception>
    public void* Find(string name)
    {
        return NativeLibrary.TryGetExport(_library, name, out nint address)
            ? (void*)address
            : throw new CudaException(
                $"The NVIDIA driver has no {name}: it is older than CUDA 11.4. Update the driver.", DriverStatus.NotFound);
    }

    /// <summary>Throws what the driver says where it refused.</summary>
    /// <param name="status">What a call gave back.</param>
    /// <param name="what">What was asked, such as "allocate 4096 bytes on the device".</param>
    public void Check(int status, string what)
    {
        if (status != Success)
        {
            throw new CudaException($"The NVIDIA driver could not {what}: {Describe(status)}. {DriverStatus.NextStep(status)}", status);
        }
    }

    /// <summary>The driver's name and sentence for an error.</summary>
    public string Describe(int status)
    {
        byte* name = null;
        byte* sentence = null;
        _ = _getErrorName(status, &name);
        _ = _getErrorString(status, &sentence);
        return $"{Marshal.PtrToStringUTF8((nint)name) ?? "unknown error"} ({status}): {Marshal.PtrToStringUTF8((nint)sentence)}";
    }
}
