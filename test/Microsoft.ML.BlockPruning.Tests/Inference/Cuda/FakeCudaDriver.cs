using System.Runtime.InteropServices;
using Microsoft.ML.BlockPruning.Kernels.Cuda.Driver;

namespace Microsoft.ML.BlockPruning.Tests.Inference.Cuda;

/// <summary>A driver that does nothing but keep books, and fails where it is told to.</summary>
/// <remarks>
/// A call that takes fails before it has taken, one that gives back fails after it has: as a driver does that reports there what earlier
/// work did wrong. Calls of two threads at once, and calls of a thread without the context, are errors of the caller.
/// </remarks>
internal sealed unsafe class FakeCudaDriver : ICudaDriver
{
    private readonly HashSet<nint> _live = [];
    private readonly HashSet<int> _threads = [];
    private nint _next = 1;
    private int _callers;
    private int _contexts;

    public int Version { get; init; } = 12080;

    public IReadOnlyList<CudaDevice> Devices { get; init; } = [Device(0, 8, 0)];

    public int DeviceCount => Devices.Count;

    /// <summary>Names of the calls so far.</summary>
    public List<string> Calls { get; } = [];

    /// <summary>Number (from 1) and name of a call to the status it fails with; null: it does not.</summary>
    public Func<int, string, int?> Fault { get; set; } = (_, _) => null;

    /// <summary>Runs while a thread waits for the stream.</summary>
    public Action OnSynchronize { get; set; } = () => { };

    /// <summary>What nobody gave back.</summary>
    public int LiveObjects => _live.Count + _contexts;

    public static CudaDevice Device(int index, int major, int minor) =>
        new(index, $"Fake {major}{minor}", major, minor, 1L << 34, 100);

    public CudaDevice GetDevice(int index) => Devices[index];

    public CudaContext RetainPrimaryContext(int device)
    {
        Call(nameof(RetainPrimaryContext), needsContext: false);
        _contexts++;
        return new CudaContext(1);
    }

    public void ReleasePrimaryContext(int device)
    {
        _contexts--;
        Call(nameof(ReleasePrimaryContext), needsContext: false);
    }

    public void MakeCurrent(CudaContext context)
    {
        Call(nameof(MakeCurrent), needsContext: false);
        lock (_threads)
        {
            _threads.Add(Environment.CurrentManagedThreadId);
        }
    }

    public DevicePointer Allocate(long bytes) => new((ulong)Take(nameof(Allocate)) << 32);

    public void Free(DevicePointer memory) => GiveBack((nint)(memory.Address >> 32), nameof(Free));

    public nint AllocatePinned(long bytes)
    {
        Call(nameof(AllocatePinned));
        nint memory = (nint)NativeMemory.AllocZeroed((nuint)bytes);
        _live.Add(memory);
        return memory;
    }

    public void FreePinned(nint memory)
    {
        NativeMemory.Free((void*)memory);
        GiveBack(memory, nameof(FreePinned));
    }

    public void CopyToDevice(DevicePointer target, nint source, long bytes, CudaStream stream) => Call(nameof(CopyToDevice));

    public void CopyToHost(nint target, DevicePointer source, long bytes, CudaStream stream) => Call(nameof(CopyToHost));

    public void Clear(DevicePointer target, long bytes, CudaStream stream) => Call(nameof(Clear));

    public CudaModule LoadModule(ReadOnlySpan<byte> ptx) => new(Take(nameof(LoadModule)));

    public void UnloadModule(CudaModule module) => GiveBack(module.Value, nameof(UnloadModule));

    public CudaFunction GetFunction(CudaModule module, string name)
    {
        Call(nameof(GetFunction));
        return new CudaFunction(1);
    }

    public void AllowSharedBytes(CudaFunction function, int bytes) => Call(nameof(AllowSharedBytes));

    public void Launch(CudaFunction function, LaunchShape shape, ReadOnlySpan<byte> parameters, CudaStream stream) => Call(nameof(Launch));

    public CudaStream CreateStream() => new(Take(nameof(CreateStream)));

    public void DestroyStream(CudaStream stream) => GiveBack(stream.Value, nameof(DestroyStream));

    public void Synchronize(CudaStream stream) => Call(nameof(Synchronize), whileInside: OnSynchronize);

    public CudaEvent CreateEvent() => new(Take(nameof(CreateEvent)));

    public void DestroyEvent(CudaEvent point) => GiveBack(point.Value, nameof(DestroyEvent));

    public void Record(CudaEvent point, CudaStream stream) => Call(nameof(Record));

    public float GetMilliseconds(CudaEvent start, CudaEvent end) => 0;

    public void BeginCapture(CudaStream stream) => Call(nameof(BeginCapture));

    public CudaGraph EndCapture(CudaStream stream) => new(Take(nameof(EndCapture)));

    public void LaunchGraph(CudaGraph graph, CudaStream stream) => Call(nameof(LaunchGraph));

    public void DestroyGraph(CudaGraph graph) => GiveBack(graph.Value, nameof(DestroyGraph));

    /// <summary>How often a call was made.</summary>
    public int CountOf(string call) => Calls.Count(name => name == call);

    private nint Take(string name)
    {
        Call(name);
        _live.Add(_next);
        return _next++;
    }

    private void GiveBack(nint handle, string name)
    {
        Assert.IsTrue(_live.Remove(handle), $"{name} of what is not alive");
        Call(name);
    }

    private void Call(string name, bool needsContext = true, Action? whileInside = null)
    {
        Assert.AreEqual(1, Interlocked.Increment(ref _callers), $"{name}: two threads at once");
        try
        {
            lock (_threads)
            {
                Assert.IsTrue(!needsContext || _threads.Contains(Environment.CurrentManagedThreadId), $"{name}: no context on this thread");
            }

            Calls.Add(name);
            whileInside?.Invoke();
            if (Fault(Calls.Count, name) is { } status)
            {
                throw new CudaException($"The fake driver refused {name}. {DriverStatus.NextStep(status)}", status);
            }
        }
        finally
        {
            Interlocked.Decrement(ref _callers);
        }
    }
}
