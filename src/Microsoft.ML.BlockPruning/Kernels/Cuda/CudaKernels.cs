using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Microsoft.ML.BlockPruning.Kernels.Cuda.Driver;
using Microsoft.ML.BlockPruning.Sparsity;

namespace Microsoft.ML.BlockPruning.Kernels.Cuda;

/// <summary>The kernels of block_sparse.ptx, loaded into the current context: finds them, shapes their launches, queues them.</summary>
/// <remarks>A layer needs no more than its call: no call allocates, so all of them can be captured in a graph.</remarks>
internal sealed class CudaKernels : IDisposable
{
    /// <summary>Tokens that attention takes at most: the float32 kernel keeps a row of scores in shared memory.</summary>
    public const int MaximumTokens = 1024;

    /// <summary>Features of a head at most.</summary>
    public const int MaximumHeadWidth = 128;

    private const int Threads = 128;
    private const int DefaultSharedBytes = 48 * 1024;
    private const string ResourceName = "block_sparse.ptx";
    private static readonly int[] HeadWidths = [32, 64, 128];

    private readonly ICudaDriver _driver;
    private readonly CudaModule _module;
    private readonly Dictionary<string, CudaFunction> _functions = [];

    /// <summary>Loads the shipped PTX.</summary>
    public CudaKernels(ICudaDriver driver)
        : this(driver, ReadShippedPtx())
    {
    }

    /// <summary>Loads PTX with the same kernels.</summary>
    public CudaKernels(ICudaDriver driver, ReadOnlySpan<byte> ptx)
    {
        _driver = driver;
        _module = driver.LoadModule(ptx);
    }

    /// <summary>The PTX inside this assembly.</summary>
    public static byte[] ReadShippedPtx()
    {
        using var resource = typeof(CudaKernels).Assembly.GetManifestResourceStream(ResourceName)
            ?? throw new InvalidOperationException($"The assembly holds no {ResourceName}: it was built without its embedded resources.");
        byte[] bytes = new byte[resource.Length];
        resource.ReadExactly(bytes);
        return bytes;
    }

    /// <summary>y = residual + activation(x · Wᵀ + bias).</summary>
    /// <param name="layer">The weight and the bias.</param>
    /// <param name="rows">Tokens of all images.</param>
    /// <param name="x">[rows, layer.PaddedInFeatures].</param>
    /// <param name="residual">[residualRows, layer.PaddedOutFeatures], or the default for none; may be y.</param>
    /// <param name="residualRows">Row m takes the residual's row m mod this.</param>
    /// <param name="activation">What is done with the sums.</param>
    /// <param name="y">[rows, layer.PaddedOutFeatures], written.</param>
    /// <param name="stream">Where to queue it.</param>
    public void Linear(
        DeviceLinear layer, int rows, DeviceRows x, DeviceRows residual, int residualRows, CudaActivation activation, DeviceRows y,
        CudaStream stream)
    {
        Debug.Assert(residual == default || residualRows > 0, "a residual without rows");
        var parameters = new LinearParameters
        {
            X = x.Pointer,
            Values = layer.Values,
            CrowIndices = layer.CrowIndices,
            ColIndices = layer.ColIndices,
            Order = layer.Order,
            Bias = layer.Bias,
            Residual = residual.Pointer,
            Y = y.Pointer,
            Rows = rows,
            XStride = x.Stride,
            ResidualRows = Math.Max(residualRows, 1),
            ResidualStride = residual.Stride,
            YStride = y.Stride,
            Activation = activation,
        };
        int tokens = layer.Element == CudaElement.Float32 ? 64 : 128;
        Launch(
            $"linear_{ElementCodec.NameOf(layer.Element)}_{layer.Shape}",
            new LaunchShape(layer.BlockRows, Tiles(rows, tokens), 1, Threads, LinearSharedBytes(layer.Shape, layer.Element)),
            parameters,
            stream);
    }

    /// <summary>LayerNorm over the last dimension.</summary>
    public void Normalize(NormParameters parameters, CudaElement element, CudaStream stream) =>
        Launch(
            $"norm_{ElementCodec.NameOf(element)}",
            new LaunchShape(Tiles(parameters.Rows, Threads / 32), 1, 1, Threads, 0),
            parameters,
            stream);

    /// <summary>Attention of all heads of all images.</summary>
    public void Attend(AttentionParameters parameters, int images, CudaElement element, CudaStream stream)
    {
        Debug.Assert(parameters.Tokens <= MaximumTokens && parameters.HeadWidth <= MaximumHeadWidth, "larger than the kernels");
        Debug.Assert(parameters.HeadWidth % 8 == 0, "a head is copied in pieces of 16 bytes");
        if (element == CudaElement.Float32)
        {
            int queries = Threads / 32;
            var shape = new LaunchShape(Tiles(parameters.Queries, queries), parameters.Heads, images, Threads, queries * MaximumTokens * 4);
            Launch("attention_f32", shape, parameters, stream);
            return;
        }

        int width = HeadWidths.First(width => width >= parameters.HeadWidth);
        int sharedBytes = 3 * 64 * width * 2;
        Launch(
            $"attention_{ElementCodec.NameOf(element)}_{width}",
            new LaunchShape(Tiles(parameters.Queries, 64), parameters.Heads, images, Threads, sharedBytes),
            parameters,
            stream);
    }

    /// <summary>Cuts images into rows of patches.</summary>
    public void CutPatches(PatchParameters parameters, int images, CudaElement element, CudaStream stream) =>
        Launch(
            $"patches_{ElementCodec.NameOf(element)}",
            new LaunchShape(images * parameters.Tokens, Tiles(parameters.Padded, Threads), 1, Threads, 0),
            parameters,
            stream);

    /// <summary>float32 to a 16-bit type.</summary>
    public void Narrow(ConversionParameters parameters, int rows, CudaElement element, CudaStream stream) =>
        Convert("narrow", parameters, rows, element, stream);

    /// <summary>A 16-bit type to float32.</summary>
    public void Widen(ConversionParameters parameters, int rows, CudaElement element, CudaStream stream) =>
        Convert("widen", parameters, rows, element, stream);

    public void Dispose() => CudaScope.Try(() => _driver.UnloadModule(_module));

    private static int Tiles(int count, int tile) => (count + tile - 1) / tile;

    private static int LinearSharedBytes(BlockShape shape, CudaElement element)
    {
        if (element == CudaElement.Float32)
        {
            return sizeof(float) * Math.Max((64 + shape.Height) * 18, 64 * (shape.Height + 4)); // 16 inputs of x and w, or the sums
        }

        int stages = shape.Width == 16 ? 4 : shape.Width == 32 ? 3 : 2;
        return Math.Max(stages * (128 + shape.Height) * shape.Width * 2, 128 * (shape.Height + 8) * 4);
    }

    private void Convert(string direction, ConversionParameters parameters, int rows, CudaElement element, CudaStream stream) =>
        Launch(
            $"{direction}_{ElementCodec.NameOf(element)}",
            new LaunchShape(rows, Tiles(parameters.Padded, Threads), 1, Threads, 0),
            parameters,
            stream);

    private void Launch<T>(string name, LaunchShape shape, T parameters, CudaStream stream)
        where T : unmanaged
    {
        Debug.Assert(Unsafe.SizeOf<T>() % 4 == 0, "parameters are words");
        if (!_functions.TryGetValue(name, out var function))
        {
            function = _driver.GetFunction(_module, name);
            if (shape.SharedBytes > DefaultSharedBytes)
            {
                _driver.SetAttribute(function, CudaFunctionAttribute.MaximumDynamicSharedBytes, shape.SharedBytes);
            }

            _functions.Add(name, function);
        }

        _driver.Launch(function, shape, MemoryMarshal.AsBytes(new ReadOnlySpan<T>(in parameters)), stream);
    }
}
