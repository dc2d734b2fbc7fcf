using System.Runtime.InteropServices;

namespace Microsoft.ML.BlockPruning.Kernels.Cpu.Layout;

/// <summary>Zeroed native memory on a cache-line boundary, for packed weights and activations.</summary>
internal sealed unsafe class NativeBuffer : SafeHandle
{
    /// <summary>What <see cref="Align"/> may skip.</summary>
    public const int AlignmentFloats = Alignment / sizeof(float);

    private const int Alignment = 64; // one cache line, one AVX-512 vector
    private static long _liveBytes;

    private readonly long _bytes;

    /// <summary>Allocates.</summary>
    /// <param name="bytes">Size in bytes; at least one.</param>
    /// <exception cref="OutOfMemoryException">The system has not that much memory.</exception>
    public NativeBuffer(long bytes)
        : base(invalidHandleValue: 0, ownsHandle: true)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bytes);
        _bytes = bytes;
        SetHandle((nint)NativeMemory.AlignedAlloc((nuint)bytes, Alignment));
        NativeMemory.Clear(Pointer, (nuint)bytes);
        Interlocked.Add(ref _liveBytes, bytes);
    }

    /// <summary>Bytes of all buffers that are not yet freed, process-wide.</summary>
    public static long LiveBytes => Interlocked.Read(ref _liveBytes);

    public override bool IsInvalid => handle == 0;

    public void* Pointer => (void*)handle;

    public float* Floats => (float*)handle;

    public static NativeBuffer OfFloats(long count) => new(checked(count * sizeof(float)));

    public static NativeBuffer CopyOf(ReadOnlySpan<float> values, int paddedLength)
    {
        var buffer = OfFloats(paddedLength);
        values.CopyTo(new Span<float>(buffer.Floats, paddedLength));
        return buffer;
    }

    /// <summary>The first cache-line boundary at or behind an address.</summary>
    public static float* Align(float* memory) => (float*)(((nuint)memory + (Alignment - 1)) & ~(nuint)(Alignment - 1));

    protected override bool ReleaseHandle()
    {
        NativeMemory.AlignedFree(Pointer);
        Interlocked.Add(ref _liveBytes, -_bytes);
        return true;
    }
}
