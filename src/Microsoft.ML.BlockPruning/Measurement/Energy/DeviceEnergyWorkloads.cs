using Microsoft.ML.BlockPruning.Formats;
using Microsoft.ML.BlockPruning.Kernels.Cuda;
using Microsoft.ML.BlockPruning.Kernels.Cuda.Driver;
using Microsoft.ML.BlockPruning.Sparsity;

namespace Microsoft.ML.BlockPruning.Measurement.Energy;

/// <summary>The two kinds of work on an NVIDIA GPU, by the kernels that score. Of the thread that made it.</summary>
/// <remarks>The numbers are noise: with zeros the GPU's wires would hardly switch, and it would take far less.</remarks>
internal sealed class DeviceEnergyWorkloads : IEnergyWorkloads
{
    private const int Width = 1024; // weights and activations of 2 to 4 and 16 to 32 MB: they stay in the cache
    private const int Tokens = 8192;
    private const int Products = 32; // some milliseconds
    private const int Buffers = 16;
    private const int Side = 2048; // 16 MB of float32 a buffer, 256 MB all together: more than any cache keeps
    private const int Sweeps = 8;
    private readonly ICudaDriver _driver;
    private readonly CudaScope _scope = new();
    private readonly CudaStream _stream;
    private readonly CudaKernels _kernels;
    private readonly DeviceLinear _linear;
    private readonly DeviceRows _input;
    private readonly DeviceRows _output;
    private readonly DevicePointer[] _memory;
    private readonly DevicePointer _narrowed;

    /// <summary>Takes some 350 MB of the GPU and fills them.</summary>
    /// <param name="driver">The driver.</param>
    /// <param name="gpu">The GPU's number.</param>
    /// <param name="element">The type of weights and activations.</param>
    /// <exception cref="CudaException">The driver refused.</exception>
    public DeviceEnergyWorkloads(ICudaDriver driver, int gpu, NumberFormat element)
    {
        _driver = driver;
        try
        {
            var context = driver.RetainPrimaryContext(gpu);
            _scope.Add(() => driver.ReleasePrimaryContext(gpu));
            driver.MakeCurrent(context);
            _stream = driver.CreateStream();
            _scope.Add(() => driver.DestroyStream(_stream));
            _kernels = _scope.Own(new CudaKernels(driver));
            float[] noise = Noise(Tokens * Width);
            var grid = new BlockMask(Width, Width, new BlockShape(64, 64));
            var weight = BlockSparseMatrix.FromDense(noise.AsSpan(0, Width * Width).ToArray(), grid);
            _linear = _scope.Own(new DeviceLinear(driver, weight, new float[Width], element, _stream));
            _input = new DeviceRows(Upload<byte>(BlockCodecs.Of(element).Encode(noise)), Width);
            _output = new DeviceRows(Reserve(BlockCodecs.Of(element).BytesOf((long)Tokens * Width)), Width);
            _memory = [.. Enumerable.Range(0, Buffers).Select(_ => Upload<float>(noise.AsSpan(0, Side * Side)))];
            _narrowed = Reserve(BlockCodecs.Of(NumberFormat.Float16).BytesOf((long)Side * Side));
        }
        catch
        {
            _scope.Dispose();
            throw;
        }
    }

    public EnergyWorkload MultiplyAdds => new((double)Products * Tokens * Width * Width, () => Repeat(Products, _ =>
        _kernels.Linear(_linear, Tokens, _input, default, 0, CudaActivation.None, _output, _stream)));

    // What is written is the same few megabytes every time, so it stays in the cache.
    public EnergyWorkload BytesRead => new(BlockCodecs.Float32.BytesOf((long)Sweeps * Buffers * Side * Side), () =>
        Repeat(Sweeps * Buffers, i =>
        _kernels.Narrow(
            new ConversionParameters
            {
                X = _memory[i % Buffers],
                Y = _narrowed,
                Width = Side,
                Padded = Side,
                XStride = Side,
                YStride = Side,
            },
            Side,
            NumberFormat.Float16,
            _stream)));

    public void Dispose() => _scope.Dispose();

    private static float[] Noise(int count)
    {
        var random = new Random(1);
        return [.. Enumerable.Range(0, count).Select(_ => random.NextSingle() - 0.5f)];
    }

    private void Repeat(int count, Action<int> launch)
    {
        for (int i = 0; i < count; i++)
        {
            launch(i);
        }

        _driver.Synchronize(_stream);
    }

    private DevicePointer Upload<T>(ReadOnlySpan<T> values)
        where T : unmanaged =>
        _scope.Own(DeviceBuffer.Upload(_driver, values, _stream)).Pointer;

    private DevicePointer Reserve(long bytes) => _scope.Own(new DeviceBuffer(_driver, bytes)).Pointer;
}
