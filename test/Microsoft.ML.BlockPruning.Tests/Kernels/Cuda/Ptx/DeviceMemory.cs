namespace Microsoft.ML.BlockPruning.Tests.Kernels.Cuda.Ptx;

/// <summary>Global memory. Every allocation has a window of 4 GiB of its own, so one step past an end, or a freed one, is found.</summary>
internal sealed class DeviceMemory
{
    private readonly Dictionary<ulong, byte[]> _allocations = [];
    private ulong _next = 1;
    private ulong _lastWindow;
    private byte[] _last = [];

    public int Count => _allocations.Count;

    public ulong Allocate(long bytes)
    {
        byte[] memory = new byte[bytes];
        memory.AsSpan().Fill(0xFF); // a NaN in every type: what is read before it is written shows
        ulong window = _next++;
        _allocations.Add(window, memory);
        return window << 32;
    }

    public void Free(ulong address)
    {
        if ((uint)address != 0 || !_allocations.Remove(address >> 32))
        {
            throw new PtxFault(PtxFaultKind.OutOfBounds, $"Freed 0x{address:x}, which is no allocation.");
        }

        _lastWindow = 0;
    }

    /// <summary>The bytes at an address.</summary>
    /// <param name="address">A multiple of <paramref name="alignment"/>.</param>
    /// <param name="bytes">How many are touched.</param>
    /// <param name="alignment">What the access needs.</param>
    /// <param name="what">Who touches them, for the message.</param>
    public Span<byte> Access(ulong address, int bytes, int alignment, string what)
    {
        if (address % (ulong)alignment != 0)
        {
            throw new PtxFault(PtxFaultKind.Misaligned, $"Address 0x{address:x} is no multiple of {alignment} at '{what}'.");
        }

        ulong window = address >> 32;
        if (window != _lastWindow)
        {
            _last = _allocations.GetValueOrDefault(window, []);
            _lastWindow = window;
        }

        uint offset = (uint)address;
        if ((long)offset + bytes > _last.Length)
        {
            throw new PtxFault(
                PtxFaultKind.OutOfBounds, $"{bytes} bytes at 0x{address:x}, an allocation of {_last.Length} bytes, at '{what}'.");
        }

        return _last.AsSpan((int)offset, bytes);
    }
}
