namespace Microsoft.ML.BlockPruning.Kernels.Cuda.Driver;

/// <content>Memory, launches, streams and graphs: what runs for each batch, with the entry points looked up once.</content>
internal sealed unsafe partial class NvidiaDriver
{
    private delegate* unmanaged<nint, uint, uint, uint, uint, uint, uint, uint, nint, void**, void**, int> _launch;
    private delegate* unmanaged<ulong, nint, nuint, nint, int> _copyToDevice;
    private delegate* unmanaged<nint, ulong, nuint, nint, int> _copyToHost;

    public DevicePointer Allocate(long bytes)
    {
        ulong address;
        _library.Check(
            ((delegate* unmanaged<ulong*, nuint, int>)_library.Find("cuMemAlloc_v2"))(&address, (nuint)bytes),
            $"allocate {bytes} bytes on the device");
        return new DevicePointer(address);
    }

    public void Free(DevicePointer memory) =>
        _library.Check(((delegate* unmanaged<ulong, int>)_library.Find("cuMemFree_v2"))(memory.Address), "free device memory");

    public nint AllocatePinned(long bytes)
    {
        nint memory;
        _library.Check(
            ((delegate* unmanaged<nint*, nuint, uint, int>)_library.Find("cuMemHostAlloc"))(&memory, (nuint)bytes, 0),
            $"lock {bytes} bytes of host memory");
        return memory;
    }

    public void FreePinned(nint memory) => Call("cuMemFreeHost", memory, "free locked host memory");

    public void CopyToDevice(DevicePointer target, nint source, long bytes, CudaStream stream)
    {
        if (_copyToDevice is null)
        {
            _copyToDevice = (delegate* unmanaged<ulong, nint, nuint, nint, int>)_library.Find("cuMemcpyHtoDAsync_v2");
        }

        _library.Check(_copyToDevice(target.Address, source, (nuint)bytes, stream.Value), $"copy {bytes} bytes to the device");
    }

    public void CopyToHost(nint target, DevicePointer source, long bytes, CudaStream stream)
    {
        if (_copyToHost is null)
        {
            _copyToHost = (delegate* unmanaged<nint, ulong, nuint, nint, int>)_library.Find("cuMemcpyDtoHAsync_v2");
        }

        _library.Check(_copyToHost(target, source.Address, (nuint)bytes, stream.Value), $"copy {bytes} bytes from the device");
    }

    public void Clear(DevicePointer target, long bytes, CudaStream stream) =>
        _library.Check(
            ((delegate* unmanaged<ulong, byte, nuint, nint, int>)_library.Find("cuMemsetD8Async"))(
                target.Address, 0, (nuint)bytes, stream.Value),
            $"clear {bytes} bytes");

    public void Launch(CudaFunction function, LaunchShape shape, ReadOnlySpan<byte> parameters, CudaStream stream)
    {
        const nint ParameterBuffer = 1; // CU_LAUNCH_PARAM_BUFFER_POINTER, its size, and the end of the list
        const nint ParameterBytes = 2;
        if (_launch is null)
        {
            _launch = (delegate* unmanaged<nint, uint, uint, uint, uint, uint, uint, uint, nint, void**, void**, int>)
                _library.Find("cuLaunchKernel");
        }

        nuint bytes = (nuint)parameters.Length;
        fixed (byte* buffer = parameters)
        {
            void** extra = stackalloc void*[] { (void*)ParameterBuffer, buffer, (void*)ParameterBytes, &bytes, null };
            int status = _launch(
                function.Value, (uint)shape.GridX, (uint)shape.GridY, (uint)shape.GridZ, (uint)shape.Threads, 1, 1, (uint)shape.SharedBytes,
                stream.Value, null, extra);
            _library.Check(status, $"launch a kernel as {shape}");
        }
    }

    public CudaStream CreateStream()
    {
        nint stream;
        _library.Check(
            ((delegate* unmanaged<nint*, uint, int>)_library.Find("cuStreamCreate"))(&stream, NonBlockingStream), "create a stream");
        return new CudaStream(stream);
    }

    public void DestroyStream(CudaStream stream) => Call("cuStreamDestroy_v2", stream.Value, "free a stream");

    public void Synchronize(CudaStream stream) => Call("cuStreamSynchronize", stream.Value, "finish its work");

    public CudaEvent CreateEvent()
    {
        nint point;
        _library.Check(((delegate* unmanaged<nint*, uint, int>)_library.Find("cuEventCreate"))(&point, 0), "create an event");
        return new CudaEvent(point);
    }

    public void DestroyEvent(CudaEvent point) => Call("cuEventDestroy_v2", point.Value, "free an event");

    public void Record(CudaEvent point, CudaStream stream) =>
        _library.Check(
            ((delegate* unmanaged<nint, nint, int>)_library.Find("cuEventRecord"))(point.Value, stream.Value), "record an event");

    public float GetMilliseconds(CudaEvent start, CudaEvent end)
    {
        float milliseconds;
        Call("cuEventSynchronize", end.Value, "reach an event");
        _library.Check(
            ((delegate* unmanaged<float*, nint, nint, int>)_library.Find("cuEventElapsedTime"))(&milliseconds, start.Value, end.Value),
            "time between two events");
        return milliseconds;
    }

    public void BeginCapture(CudaStream stream)
    {
        const int ThreadLocal = 1; // other threads may allocate meanwhile
        _library.Check(
            ((delegate* unmanaged<nint, int, int>)_library.Find("cuStreamBeginCapture_v2"))(stream.Value, ThreadLocal), "begin a capture");
    }

    public CudaGraph EndCapture(CudaStream stream)
    {
        nint captured;
        nint ready;
        _library.Check(
            ((delegate* unmanaged<nint, nint*, int>)_library.Find("cuStreamEndCapture"))(stream.Value, &captured), "end a capture");
        try
        {
            _library.Check(
                ((delegate* unmanaged<nint*, nint, ulong, int>)_library.Find("cuGraphInstantiateWithFlags"))(&ready, captured, 0),
                "make a graph ready");
        }
        finally
        {
            Call("cuGraphDestroy", captured, "free a captured graph");
        }

        return new CudaGraph(ready);
    }

    public void LaunchGraph(CudaGraph graph, CudaStream stream) =>
        _library.Check(
            ((delegate* unmanaged<nint, nint, int>)_library.Find("cuGraphLaunch"))(graph.Value, stream.Value), "launch a graph");

    public void DestroyGraph(CudaGraph graph) => Call("cuGraphExecDestroy", graph.Value, "free a graph");
}
