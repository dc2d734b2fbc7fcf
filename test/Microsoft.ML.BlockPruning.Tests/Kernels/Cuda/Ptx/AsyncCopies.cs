namespace Microsoft.ML.BlockPruning.Tests.Kernels.Cuda.Ptx;

/// <summary>A warp's cp.async groups. Data lands as late as the rules allow: when the warp waits for it.</summary>
internal sealed class AsyncCopies(SharedMemory shared)
{
    private readonly Queue<List<Copy>> _groups = [];
    private List<Copy> _open = [];

    /// <summary>Whether a copy was begun that nobody waited for.</summary>
    public bool AreUnderWay => _open.Count > 0 || _groups.Any(group => group.Count > 0);

    /// <summary>Begins a copy of 16 bytes. The source is read now: one that changes meanwhile is not found.</summary>
    public void Begin(uint target, ReadOnlySpan<byte> source, int thread, string what)
    {
        shared.BeginCopy(target, thread, what);
        byte[] data = new byte[16]; // what the source does not fill is zero
        source.CopyTo(data);
        _open.Add(new Copy(target, data, thread));
    }

    public void Commit()
    {
        _groups.Enqueue(_open);
        _open = [];
    }

    /// <summary>Waits until at most a number of groups is under way.</summary>
    public void Wait(int groups)
    {
        while (_groups.Count > groups)
        {
            foreach (var copy in _groups.Dequeue())
            {
                shared.EndCopy(copy.Target, copy.Data, copy.Thread);
            }
        }
    }

    private readonly record struct Copy(uint Target, byte[] Data, int Thread);
}
