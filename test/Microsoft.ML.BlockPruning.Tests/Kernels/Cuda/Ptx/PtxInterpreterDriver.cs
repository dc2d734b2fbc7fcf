using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.ML.BlockPruning.Kernels.Cuda.Driver;

namespace Microsoft.ML.BlockPruning.Tests.Kernels.Cuda.Ptx;

/// <summary>A driver whose one device is this interpreter. Streams do their work at once, in order.</summary>
internal sealed unsafe class PtxInterpreterDriver : ICudaDriver, IDisposable
{
    private const int SharedBytesOfSm80 = 163 * 1024; // a block's share of the 164 KiB of compute capability 8.0
    private const int DefaultSharedBytes = 48 * 1024;
    private const int InvalidValue = 1;
    private const int InvalidPtx = 218;
    private const int NotFound = 500;

    // Modules do not change: what one test has decoded serves the next.
    private static readonly Dictionary<string, PtxModule> Parsed = [];

    private readonly DeviceMemory _memory = new();
    private readonly Dictionary<nint, PtxModule> _modules = [];
    private readonly Dictionary<nint, PtxEntry> _functions = [];
    private readonly Dictionary<nint, int> _sharedLimits = [];
    private readonly Dictionary<nint, List<Action>> _graphs = [];
    private readonly HashSet<nint> _handles = [];
    private readonly HashSet<nint> _pinned = [];
    private List<Action>? _capture;
    private nint _nextHandle = 1;
    private int _contexts;

    public int Version => 12080;

    public int DeviceCount => 1;

    /// <summary>What the last launch did.</summary>
    public LaunchCounters LastLaunch { get; private set; } = new();

    /// <summary>How the last launch was shaped.</summary>
    public LaunchShape LastShape { get; private set; }

    /// <summary>Device memory, host memory, modules, streams, events, graphs and contexts that nobody gave back.</summary>
    public int LiveObjects => _memory.Count + _pinned.Count + _modules.Count + _graphs.Count + _handles.Count + _contexts;

    public CudaDevice GetDevice(int index) => index == 0
        ? new CudaDevice(0, "PTX interpreter", 8, 0, 1L << 32, 1)
        : throw Refused($"Device {index} was asked for; the interpreter has device 0.", InvalidValue);

    public CudaContext RetainPrimaryContext(int device)
    {
        _contexts++;
        return new CudaContext(1);
    }

    public void ReleasePrimaryContext(int device) => _contexts--;

    public void MakeCurrent(CudaContext context)
    {
    }

    public DevicePointer Allocate(long bytes) => bytes > 0
        ? new DevicePointer(_memory.Allocate(bytes))
        : throw Refused($"{bytes} bytes were asked for.", InvalidValue);

    public void Free(DevicePointer memory) => _memory.Free(memory.Address);

    public nint AllocatePinned(long bytes)
    {
        nint memory = (nint)NativeMemory.Alloc((nuint)bytes);
        _pinned.Add(memory);
        return memory;
    }

    public void FreePinned(nint memory)
    {
        Remove(_pinned, memory);
        NativeMemory.Free((void*)memory);
    }

    public void CopyToDevice(DevicePointer target, nint source, long bytes, CudaStream stream) =>
        Queue(() => new ReadOnlySpan<byte>((void*)source, (int)bytes)
            .CopyTo(_memory.Access(target.Address, (int)bytes, 1, "copy to device")));

    public void CopyToHost(nint target, DevicePointer source, long bytes, CudaStream stream) =>
        Queue(() => _memory.Access(source.Address, (int)bytes, 1, "copy to host").CopyTo(new Span<byte>((void*)target, (int)bytes)));

    public void Clear(DevicePointer target, long bytes, CudaStream stream) =>
        Queue(() => _memory.Access(target.Address, (int)bytes, 1, "clear").Clear());

    public CudaModule LoadModule(ReadOnlySpan<byte> ptx)
    {
        try
        {
            string text = Encoding.ASCII.GetString(ptx);
            if (!Parsed.TryGetValue(text, out var module))
            {
                module = new PtxModule(text);
                Parsed.Add(text, module);
            }

            nint handle = _nextHandle++;
            _modules.Add(handle, module);
            return new CudaModule(handle);
        }
        catch (PtxFault fault)
        {
            throw Refused($"The PTX was not translated. Log: {fault.Message}", InvalidPtx);
        }
    }

    public void UnloadModule(CudaModule module) => Remove(_modules, module.Value);

    public CudaFunction GetFunction(CudaModule module, string name)
    {
        var entry = _modules[module.Value].Find(name) ?? throw Refused($"The module has no kernel '{name}'.", NotFound);
        nint handle = _nextHandle++;
        _functions.Add(handle, entry);
        _sharedLimits.Add(handle, DefaultSharedBytes);
        return new CudaFunction(handle);
    }

    public void AllowSharedBytes(CudaFunction function, int bytes)
    {
        if (bytes > SharedBytesOfSm80)
        {
            throw Refused($"A kernel cannot have {bytes} bytes of shared memory.", InvalidValue);
        }

        _sharedLimits[function.Value] = bytes;
    }

    public void Launch(CudaFunction function, LaunchShape shape, ReadOnlySpan<byte> parameters, CudaStream stream)
    {
        var entry = _functions[function.Value];
        if (shape.SharedBytes > _sharedLimits[function.Value] || shape.Threads > entry.MaximumThreads || shape.Threads % 32 != 0
            || shape.GridX < 1 || shape.GridY is < 1 or > 65535 || shape.GridZ is < 1 or > 65535
            || parameters.Length != entry.ParameterBytes)
        {
            throw Refused(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{entry.Name} was launched as {shape} with {parameters.Length} bytes; it takes {entry.ParameterBytes}."),
                InvalidValue);
        }

        var grid = new LaunchGrid(shape.Threads, shape.SharedBytes, parameters.ToArray());
        Queue(() => Execute(entry, shape, grid));
    }

    public CudaStream CreateStream() => new(NewHandle());

    public void DestroyStream(CudaStream stream) => Remove(_handles, stream.Value);

    public void Synchronize(CudaStream stream)
    {
    }

    public CudaEvent CreateEvent() => new(NewHandle());

    public void DestroyEvent(CudaEvent point) => Remove(_handles, point.Value);

    public void Record(CudaEvent point, CudaStream stream)
    {
    }

    /// <summary>0: an interpreter's time says nothing of a GPU's.</summary>
    public float GetMilliseconds(CudaEvent start, CudaEvent end) => 0;

    public void BeginCapture(CudaStream stream) => _capture = _capture is null ? [] : throw Refused("A capture is open.", InvalidValue);

    public CudaGraph EndCapture(CudaStream stream)
    {
        nint handle = _nextHandle++;
        _graphs.Add(handle, _capture ?? throw Refused("No capture is open.", InvalidValue));
        _capture = null;
        return new CudaGraph(handle);
    }

    public void LaunchGraph(CudaGraph graph, CudaStream stream)
    {
        foreach (var action in _graphs[graph.Value])
        {
            action();
        }
    }

    public void DestroyGraph(CudaGraph graph) => Remove(_graphs, graph.Value);

    public void Dispose()
    {
        foreach (nint memory in _pinned)
        {
            NativeMemory.Free((void*)memory);
        }
    }

    private static CudaException Refused(string message, int status) => new(message, status);

    private static void Remove<T>(Dictionary<nint, T> live, nint handle)
    {
        if (!live.Remove(handle))
        {
            throw Refused($"{handle} is not alive.", InvalidValue);
        }
    }

    private static void Remove(HashSet<nint> live, nint handle)
    {
        if (!live.Remove(handle))
        {
            throw Refused($"{handle} is not alive.", InvalidValue);
        }
    }

    private nint NewHandle()
    {
        _handles.Add(_nextHandle);
        return _nextHandle++;
    }

    private void Queue(Action action)
    {
        if (_capture is null)
        {
            action();
        }
        else
        {
            _capture.Add(action);
        }
    }

    private void Execute(PtxEntry entry, LaunchShape shape, LaunchGrid grid)
    {
        LastLaunch = new LaunchCounters();
        LastShape = shape;
        for (int z = 0; z < shape.GridZ; z++)
        {
            for (int y = 0; y < shape.GridY; y++)
            {
                for (int x = 0; x < shape.GridX; x++)
                {
                    new PtxBlock(entry, grid, x, y, z, _memory, LastLaunch).Run();
                }
            }
        }
    }
}
