using Microsoft.ML.BlockPruning.Formats;
using Microsoft.ML.BlockPruning.Kernels.Cuda;
using Microsoft.ML.BlockPruning.Kernels.Cuda.Driver;

namespace Microsoft.ML.BlockPruning.Inference.Cuda;

/// <summary>Activations of a piece of a batch in one allocation, and locked host memory on the way in and out.</summary>
/// <remarks>
/// All of it is zero at first. Padding stays so where nobody writes: a norm writes zeros as far as the narrow rows go, and attention and
/// the next layer share those rows.
/// </remarks>
internal sealed class DeviceArena : IDisposable
{
    private const int Alignment = 256; // what the driver aligns allocations to

    private readonly CudaScope _scope = new();
    private long _bytes;

    public DeviceArena(DeviceNetwork network, int capacity, ICudaDriver driver, CudaStream stream)
    {
        var spec = network.Spec;
        long rows = (long)capacity * spec.Tokens;
        var codec = BlockCodecs.Of(network.Element);
        Capacity = capacity;
        InputBytesPerImage = (int)BlockCodecs.Float32.BytesOf(spec.ImageDim);
        LogitBytesPerRow = (int)codec.BytesOf(network.LogitStride);
        HeadBytes = (long)capacity * LogitBytesPerRow;
        long images = Reserve((long)capacity * InputBytesPerImage);
        long residual = Reserve(codec.BytesOf(rows * network.StreamStride));
        long narrow = Reserve(codec.BytesOf(rows * network.NarrowStride));
        long wide = Reserve(codec.BytesOf(rows * network.WideStride));
        long logits = Reserve(network.Heads.Length * HeadBytes);
        try
        {
            var memory = _scope.Own(new DeviceBuffer(driver, _bytes)).Pointer;
            driver.Clear(memory, _bytes, stream);
            Images = memory.Plus(images);
            Residual = new DeviceRows(memory.Plus(residual), network.StreamStride);
            Narrow = new DeviceRows(memory.Plus(narrow), network.NarrowStride);
            Wide = new DeviceRows(memory.Plus(wide), network.WideStride);
            Logits = memory.Plus(logits);
            Input = Pin((long)capacity * InputBytesPerImage, driver);
            Output = Pin(network.Heads.Length * HeadBytes, driver);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Images that fit.</summary>
    public int Capacity { get; }

    public int InputBytesPerImage { get; }

    public int LogitBytesPerRow { get; }

    /// <summary>Bytes from one head's logits to the next head's.</summary>
    public long HeadBytes { get; }

    /// <summary>[capacity, channels, imageSize, imageSize] float32.</summary>
    public DevicePointer Images { get; }

    /// <summary>The residual stream, a row a token.</summary>
    public DeviceRows Residual { get; }

    /// <summary>What a norm of all tokens gives, and what attention gives.</summary>
    public DeviceRows Narrow { get; }

    /// <summary>Patches, then q, k and v, then an MLP's hidden features, at last what a head reads: never two of them at once.</summary>
    public DeviceRows Wide { get; }

    /// <summary>[heads, capacity] rows of logits.</summary>
    public DevicePointer Logits { get; }

    /// <summary>Locked host memory for <see cref="Images"/>.</summary>
    public nint Input { get; }

    /// <summary>Locked host memory for <see cref="Logits"/>.</summary>
    public nint Output { get; }

    public void Dispose() => _scope.Dispose();

    private long Reserve(long bytes)
    {
        long offset = _bytes;
        _bytes += (bytes + Alignment - 1) / Alignment * Alignment;
        return offset;
    }

    private nint Pin(long bytes, ICudaDriver driver)
    {
        nint memory = driver.AllocatePinned(bytes);
        _scope.Add(() => driver.FreePinned(memory));
        return memory;
    }
}
