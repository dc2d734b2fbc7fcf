using Microsoft.ML.BlockPruning.Formats;
using Microsoft.ML.BlockPruning.Kernels.Cuda.Driver;
using Microsoft.ML.BlockPruning.Sparsity;

namespace Microsoft.ML.BlockPruning.Kernels.Cuda;

/// <summary>One block-sparse linear layer on the device.</summary>
internal sealed class DeviceLinear : IDisposable
{
    private readonly List<DeviceBuffer> _buffers = [];

    /// <summary>Packs and uploads.</summary>
    /// <param name="driver">Where to.</param>
    /// <param name="weight">[outFeatures, inFeatures]; block sides are multiples of 16.</param>
    /// <param name="bias">[outFeatures], or null for none.</param>
    /// <param name="element">The type of the weights there; the bias is float32 always.</param>
    /// <param name="stream">The stream that copies.</param>
    public DeviceLinear(ICudaDriver driver, BlockSparseMatrix weight, float[]? bias, NumberFormat element, CudaStream stream)
    {
        var blocks = DeviceBlocks.From(weight);
        Shape = blocks.Shape;
        Element = element;
        BlockRows = blocks.BlockRows;
        PaddedOutFeatures = blocks.PaddedRows;
        PaddedInFeatures = (weight.Columns + Shape.Width - 1) / Shape.Width * Shape.Width;
        KeptBlocks = blocks.ColIndices.Length;
        try
        {
            Values = Upload<byte>(driver, BlockCodecs.Of(element).Encode(blocks.Values), stream);
            CrowIndices = Upload<int>(driver, blocks.CrowIndices, stream);
            ColIndices = Upload<int>(driver, blocks.ColIndices, stream);
            Order = Upload<int>(driver, blocks.Order, stream);
            if (bias is not null)
            {
                float[] padded = new float[PaddedOutFeatures];
                bias.CopyTo(padded, 0);
                Bias = Upload<float>(driver, padded, stream);
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Height and width of the blocks there, cut where the weight's own were too large.</summary>
    public BlockShape Shape { get; }

    public NumberFormat Element { get; }

    public int BlockRows { get; }

    public int KeptBlocks { get; }

    /// <summary>Features that a row of the result has: those past the layer's own are zero.</summary>
    public int PaddedOutFeatures { get; }

    /// <summary>Features that a row of the input must have: those past the layer's own must be finite, and count for nothing.</summary>
    public int PaddedInFeatures { get; }

    public DevicePointer Values { get; }

    public DevicePointer CrowIndices { get; }

    public DevicePointer ColIndices { get; }

    public DevicePointer Order { get; }

    /// <summary>Null where the layer has none.</summary>
    public DevicePointer Bias { get; }

    public void Dispose()
    {
        foreach (var buffer in _buffers)
        {
            buffer.Dispose();
        }
    }

    private DevicePointer Upload<T>(ICudaDriver driver, ReadOnlySpan<T> values, CudaStream stream)
        where T : unmanaged
    {
        var buffer = DeviceBuffer.Upload(driver, values, stream);
        _buffers.Add(buffer);
        return buffer.Pointer;
    }
}
