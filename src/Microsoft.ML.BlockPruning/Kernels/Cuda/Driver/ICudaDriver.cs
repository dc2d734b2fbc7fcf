namespace Microsoft.ML.BlockPruning.Kernels.Cuda.Driver;

/// <summary>The part of the CUDA driver API in use here; calls throw <see cref="CudaException"/> where the driver refuses.</summary>
/// <remarks>
/// The tests have a second driver that executes the PTX on the CPU, so everything above this interface (packing, addresses, grids,
/// copies, graphs) is tested on the very kernels that ship. Calls that take a stream may return before the work is done. Except for
/// devices and contexts, a call works on the context that <see cref="MakeCurrent"/> set on the calling thread.
/// </remarks>
internal interface ICudaDriver
{
    /// <summary>The highest CUDA version the driver supports: 1000 · major + 10 · minor.</summary>
    int Version { get; }

    /// <summary>Devices of this machine.</summary>
    int DeviceCount { get; }

    /// <summary>Reads a device's properties.</summary>
    CudaDevice GetDevice(int index);

    /// <summary>The device's primary context, which other CUDA libraries of the process share; each call needs a release.</summary>
    CudaContext RetainPrimaryContext(int device);

    /// <summary>Gives back one <see cref="RetainPrimaryContext"/>.</summary>
    void ReleasePrimaryContext(int device);

    /// <summary>Makes a context the one that the calling thread's calls work on.</summary>
    void MakeCurrent(CudaContext context);

    /// <summary>Device memory, aligned to 256 bytes, not cleared.</summary>
    DevicePointer Allocate(long bytes);

    /// <summary>Frees what <see cref="Allocate"/> gave.</summary>
    void Free(DevicePointer memory);

    /// <summary>Page-locked host memory: copies to and from it need no other copy and do not hold up the host.</summary>
    nint AllocatePinned(long bytes);

    /// <summary>Frees what <see cref="AllocatePinned"/> gave.</summary>
    void FreePinned(nint memory);

    /// <summary>Copies host memory to the device.</summary>
    void CopyToDevice(DevicePointer target, nint source, long bytes, CudaStream stream);

    /// <summary>Copies device memory to the host.</summary>
    void CopyToHost(nint target, DevicePointer source, long bytes, CudaStream stream);

    /// <summary>Sets device memory to zero bytes.</summary>
    void Clear(DevicePointer target, long bytes, CudaStream stream);

    /// <summary>Translates PTX for the current device and loads it; where that fails the message holds the translator's log.</summary>
    /// <param name="ptx">The module's text, ASCII, without a closing zero.</param>
    CudaModule LoadModule(ReadOnlySpan<byte> ptx);

    /// <summary>Unloads a module.</summary>
    void UnloadModule(CudaModule module);

    /// <summary>Finds a kernel by name.</summary>
    CudaFunction GetFunction(CudaModule module, string name);

    /// <summary>Lets a kernel's launches ask for more shared memory than 48 KiB.</summary>
    void AllowSharedBytes(CudaFunction function, int bytes);

    /// <summary>Queues a kernel.</summary>
    /// <param name="function">The kernel.</param>
    /// <param name="shape">Grid, threads and shared memory.</param>
    /// <param name="parameters">The kernel's parameters as they lie in memory; copied before the call returns.</param>
    /// <param name="stream">Where to queue it.</param>
    void Launch(CudaFunction function, LaunchShape shape, ReadOnlySpan<byte> parameters, CudaStream stream);

    /// <summary>A stream that does not wait for the default stream.</summary>
    CudaStream CreateStream();

    /// <summary>Frees a stream once its work is done.</summary>
    void DestroyStream(CudaStream stream);

    /// <summary>Waits until the stream's work is done; errors of that work come out here.</summary>
    void Synchronize(CudaStream stream);

    /// <summary>An event that can be timed.</summary>
    CudaEvent CreateEvent();

    /// <summary>Frees an event.</summary>
    void DestroyEvent(CudaEvent point);

    /// <summary>Puts an event behind the work that the stream has now.</summary>
    void Record(CudaEvent point, CudaStream stream);

    /// <summary>Milliseconds between two recorded events; waits for the second.</summary>
    float GetMilliseconds(CudaEvent start, CudaEvent end);

    /// <summary>From here on the stream's calls are recorded instead of done.</summary>
    void BeginCapture(CudaStream stream);

    /// <summary>Ends the recording and makes it ready to launch.</summary>
    CudaGraph EndCapture(CudaStream stream);

    /// <summary>Queues everything that was recorded.</summary>
    void LaunchGraph(CudaGraph graph, CudaStream stream);

    /// <summary>Frees a graph.</summary>
    void DestroyGraph(CudaGraph graph);
}

/// <summary>A device's primary context, as the driver names it.</summary>
internal readonly record struct CudaContext(nint Value);

/// <summary>A loaded module, as the driver names it.</summary>
internal readonly record struct CudaModule(nint Value);

/// <summary>One kernel of a loaded module, as the driver names it.</summary>
internal readonly record struct CudaFunction(nint Value);

/// <summary>A queue of work on a device, as the driver names it; the default value is the default stream.</summary>
internal readonly record struct CudaStream(nint Value);

/// <summary>A point in a stream that can be timed, as the driver names it.</summary>
internal readonly record struct CudaEvent(nint Value);

/// <summary>A captured stream made ready to launch, as the driver names it.</summary>
internal readonly record struct CudaGraph(nint Value);

/// <summary>An address in device memory; the default value is null.</summary>
internal readonly record struct DevicePointer(ulong Address)
{
    /// <summary>The address a number of bytes further on.</summary>
    public DevicePointer Plus(long bytes) => new(checked((ulong)((long)Address + bytes)));
}

/// <summary>How many thread blocks a launch has in each direction, and how large each is.</summary>
/// <param name="GridX">Thread blocks in x.</param>
/// <param name="GridY">Thread blocks in y; at most 65535.</param>
/// <param name="GridZ">Thread blocks in z; at most 65535.</param>
/// <param name="Threads">Threads of a block, all in x.</param>
/// <param name="SharedBytes">Dynamic shared memory of a block.</param>
internal readonly record struct LaunchShape(int GridX, int GridY, int GridZ, int Threads, int SharedBytes);

/// <summary>What is read off a device before it is used.</summary>
/// <param name="Index">Its number, from 0, in the driver's order.</param>
/// <param name="Name">Such as "NVIDIA A100-SXM4-80GB".</param>
/// <param name="ComputeMajor">Compute capability before the point.</param>
/// <param name="ComputeMinor">Compute capability after the point.</param>
/// <param name="MemoryBytes">Device memory in all.</param>
/// <param name="Multiprocessors">Streaming multiprocessors.</param>
internal sealed record CudaDevice(
    int Index, string Name, int ComputeMajor, int ComputeMinor, long MemoryBytes, int Multiprocessors)
{
    /// <summary>Whether the kernels run there: they need mma.m16n8k16 and cp.async, which came with compute capability 8.0.</summary>
    public bool CanRunKernels => ComputeMajor >= 8;
}
