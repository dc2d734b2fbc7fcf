using System.Runtime.InteropServices;
using System.Text;

namespace Microsoft.ML.BlockPruning.Kernels.Cuda.Driver;

/// <summary>The NVIDIA driver itself (the CUDA driver API).</summary>
/// <remarks>Written after the API's reference and not yet run on a GPU: the tests run the same calls on an interpreter.</remarks>
internal sealed unsafe partial class NvidiaDriver : ICudaDriver
{
    private const int NonBlockingStream = 1;

    private readonly DriverLibrary _library;

    private NvidiaDriver(DriverLibrary library)
    {
        _library = library;
        _library.Check(((delegate* unmanaged<uint, int>)_library.Find("cuInit"))(0), "start");
    }

    public int Version
    {
        get
        {
            int version;
            _library.Check(((delegate* unmanaged<int*, int>)_library.Find("cuDriverGetVersion"))(&version), "tell its version");
            return version;
        }
    }

    public int DeviceCount
    {
        get
        {
            int count;
            _library.Check(((delegate* unmanaged<int*, int>)_library.Find("cuDeviceGetCount"))(&count), "count its devices");
            return count;
        }
    }

    /// <summary>Loads and starts the driver.</summary>
    /// <returns>Null where no NVIDIA driver is installed.</returns>
    /// <exception cref="CudaException">There is one, and it does not start or is too old.</exception>
    public static NvidiaDriver? TryLoad() => DriverLibrary.TryLoad() is { } library ? new NvidiaDriver(library) : null;

    public CudaDevice GetDevice(int index)
    {
        const int NameBytes = 256;
        int device = DeviceOf(index);
        byte* name = stackalloc byte[NameBytes];
        nuint bytes;
        _library.Check(
            ((delegate* unmanaged<byte*, int, int, int>)_library.Find("cuDeviceGetName"))(name, NameBytes, device), $"name device {index}");
        _library.Check(
            ((delegate* unmanaged<nuint*, int, int>)_library.Find("cuDeviceTotalMem_v2"))(&bytes, device), $"measure device {index}");
        return new CudaDevice(
            index,
            Marshal.PtrToStringUTF8((nint)name) ?? "",
            Attribute(device, 75), // CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR
            Attribute(device, 76), // … _MINOR
            (long)bytes,
            Attribute(device, 16)); // MULTIPROCESSOR_COUNT
    }

    public CudaContext RetainPrimaryContext(int device)
    {
        nint context;
        _library.Check(
            ((delegate* unmanaged<nint*, int, int>)_library.Find("cuDevicePrimaryCtxRetain"))(&context, DeviceOf(device)),
            $"open device {device}");
        return new CudaContext(context);
    }

    public void ReleasePrimaryContext(int device) =>
        _library.Check(
            ((delegate* unmanaged<int, int>)_library.Find("cuDevicePrimaryCtxRelease_v2"))(DeviceOf(device)), $"close device {device}");

    public void MakeCurrent(CudaContext context) => Call("cuCtxSetCurrent", context.Value, "switch to the device");

    public CudaModule LoadModule(ReadOnlySpan<byte> ptx)
    {
        const int LogBytes = 8192;
        const int ErrorLog = 5; // CU_JIT_ERROR_LOG_BUFFER, and its size
        const int ErrorLogBytes = 6;
        byte[] text = new byte[ptx.Length + 1]; // the driver reads to a zero
        ptx.CopyTo(text);
        byte* log = stackalloc byte[LogBytes];
        log[0] = 0;
        int* options = stackalloc int[] { ErrorLog, ErrorLogBytes };
        nint* values = stackalloc nint[] { (nint)log, LogBytes };
        nint module;
        fixed (byte* source = text)
        {
            int status = ((delegate* unmanaged<nint*, byte*, uint, int*, nint*, int>)_library.Find("cuModuleLoadDataEx"))(
                &module, source, 2, options, values);
            _library.Check(status, $"translate the kernels (log: {Marshal.PtrToStringUTF8((nint)log)})");
        }

        return new CudaModule(module);
    }

    public void UnloadModule(CudaModule module) => Call("cuModuleUnload", module.Value, "unload the kernels");

    public CudaFunction GetFunction(CudaModule module, string name)
    {
        nint function;
        fixed (byte* text = Encoding.ASCII.GetBytes(name + '\0'))
        {
            _library.Check(
                ((delegate* unmanaged<nint*, nint, byte*, int>)_library.Find("cuModuleGetFunction"))(&function, module.Value, text),
                $"find the kernel {name}");
        }

        return new CudaFunction(function);
    }

    public void AllowSharedBytes(CudaFunction function, int bytes)
    {
        const int MaximumDynamicSharedBytes = 8; // of CUfunction_attribute
        _library.Check(
            ((delegate* unmanaged<nint, int, int, int>)_library.Find("cuFuncSetAttribute"))(
                function.Value, MaximumDynamicSharedBytes, bytes),
            $"set {nameof(MaximumDynamicSharedBytes)} to {bytes}");
    }

    private int DeviceOf(int index)
    {
        int device;
        _library.Check(
            ((delegate* unmanaged<int*, int, int>)_library.Find("cuDeviceGet"))(&device, index), $"find device {index} of {DeviceCount}");
        return device;
    }

    private int Attribute(int device, int attribute)
    {
        int value;
        _library.Check(
            ((delegate* unmanaged<int*, int, int, int>)_library.Find("cuDeviceGetAttribute"))(&value, attribute, device),
            $"tell attribute {attribute}");
        return value;
    }

    /// <summary>A call that takes one handle.</summary>
    private void Call(string name, nint handle, string what) =>
        _library.Check(((delegate* unmanaged<nint, int>)_library.Find(name))(handle), what);
}
