using Microsoft.ML.BlockPruning.Formats;
using Microsoft.ML.BlockPruning.Kernels.Cuda;
using Microsoft.ML.BlockPruning.Kernels.Cuda.Driver;
using Microsoft.ML.BlockPruning.Tests.Kernels.Cuda.Ptx;

namespace Microsoft.ML.BlockPruning.Tests.Kernels.Cuda;

/// <summary>The kernels on the interpreter, and memory for them.</summary>
internal sealed class CudaLab : IDisposable
{
    private readonly List<IDisposable> _owned = [];

    public CudaLab() => Kernels = new CudaKernels(Driver, TestPtx.Bytes);

    public PtxInterpreterDriver Driver { get; } = new();

    public CudaKernels Kernels { get; }

    public T Own<T>(T owned)
        where T : IDisposable
    {
        _owned.Add(owned);
        return owned;
    }

    public DevicePointer Upload(float[] values) => Own(DeviceBuffer.Upload<float>(Driver, values, default)).Pointer;

    /// <summary>Rows on the device; what lies between a row's padded width and the next row is NaN, and nobody may read it.</summary>
    /// <param name="values">[rows, width].</param>
    /// <param name="width">Features.</param>
    /// <param name="padded">Features with the zeros behind them.</param>
    /// <param name="stride">Elements from row to row.</param>
    /// <param name="element">Their type there.</param>
    public DeviceRows UploadRows(float[] values, int width, int padded, int stride, NumberFormat element)
    {
        int rows = values.Length / width;
        float[] strided = new float[rows * stride];
        for (int row = 0; row < rows; row++)
        {
            values.AsSpan(row * width, width).CopyTo(strided.AsSpan(row * stride));
            strided.AsSpan((row * stride) + padded, stride - padded).Fill(float.NaN);
        }

        return new DeviceRows(Own(DeviceBuffer.Upload<byte>(Driver, BlockCodecs.Of(element).Encode(strided), default)).Pointer, stride);
    }

    /// <summary>Room for rows, all NaN.</summary>
    public DeviceBuffer Reserve(int rows, int stride, NumberFormat element) =>
        Own(new DeviceBuffer(Driver, BlockCodecs.Of(element).BytesOf((long)rows * stride)));

    public unsafe byte[] Download(DevicePointer memory, int bytes)
    {
        byte[] host = new byte[bytes];
        fixed (byte* target = host)
        {
            Driver.CopyToHost((nint)target, memory, bytes, default);
        }

        return host;
    }

    /// <summary>Numbers as the device has them.</summary>
    public static float[] Round(float[] values, NumberFormat element) =>
        Decode(BlockCodecs.Of(element).Encode(values), element);

    /// <summary>What the device's bytes mean.</summary>
    public static float[] Decode(byte[] bytes, NumberFormat element)
    {
        float[] values = new float[bytes.Length / BlockCodecs.Of(element).BytesOf(1)];
        BlockCodecs.Of(element).Decode(bytes, values);
        return values;
    }

    public void Dispose()
    {
        foreach (var owned in _owned)
        {
            owned.Dispose();
        }

        Kernels.Dispose();
        Assert.AreEqual(0, Driver.LiveObjects, "The device's objects were not all given back.");
        Driver.Dispose();
    }
}
