using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Microsoft.ML.BlockPruning.Formats;
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
    private const int FeaturesOfMean = 64; // two a lane
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

    /// <summary>What there are kernels for: the format of activations and weights; sums, biases and norms are float32 in each.</summary>
    public static IReadOnlyList<NumberFormat> Formats { get; } = [NumberFormat.Float16, NumberFormat.BFloat16, NumberFormat.Float32];

    /// <summary>How the kernels' names call a format.</summary>
    public static string NameOf(NumberFormat format) => BlockCodecs.Of(format).Name.ToLowerInvariant();

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
        int tokens = layer.Element == NumberFormat.Float32 ? 64 : 128;
        Launch(
            $"linear_{NameOf(layer.Element)}_{layer.Shape}",
            new LaunchShape(layer.BlockRows, Tiles(rows, tokens), 1, Threads, LinearSharedBytes(layer.Shape, layer.Element)),
            parameters,
            stream);
    }

    /// <summary>LayerNorm over the last dimension.</summary>
    public void Normalize(NormParameters parameters, NumberFormat element, CudaStream stream) =>
        Launch(
            $"norm_{NameOf(element)}",
            new LaunchShape(Tiles(parameters.Rows, Threads / 32), 1, 1, Threads, 0),
            parameters,
            stream);

    /// <summary>The mean of some tokens of each image.</summary>
    public void Average(MeanParameters parameters, int images, NumberFormat element, CudaStream stream) =>
        Launch(
            $"mean_{NameOf(element)}",
            new LaunchShape(images, Tiles(parameters.Padded, FeaturesOfMean), 1, Threads, 2 * Threads * sizeof(float)),
            parameters,
            stream);

    /// <summary>Attention of all heads of all images.</summary>
    public void Attend(AttentionParameters parameters, int images, NumberFormat element, CudaStream stream)
    {
        Debug.Assert(parameters.Tokens <= MaximumTokens && parameters.HeadWidth <= MaximumHeadWidth, "larger than the kernels");
        Debug.Assert(parameters.HeadWidth % 8 == 0, "a head is copied in pieces of 16 bytes");
        if (element == NumberFormat.Float32)
        {
            int queries = Threads / 32;
            var shape = new LaunchShape(Tiles(parameters.Queries, queries), parameters.Heads, images, Threads, queries * MaximumTokens * 4);
            Launch("attention_f32", shape, parameters, stream);
            return;
        }

        int width = HeadWidths.First(width => width >= parameters.HeadWidth);
        int sharedBytes = 3 * 64 * width * 2;
        Launch(
            $"attention_{NameOf(element)}_{width}",
            new LaunchShape(Tiles(parameters.Queries, 64), parameters.Heads, images, Threads, sharedBytes),
            parameters,
            stream);
    }

    /// <summary>Cuts images into rows of patches.</summary>
    public void CutPatches(PatchParameters parameters, int images, NumberFormat element, CudaStream stream) =>
        Launch(
            $"patches_{NameOf(element)}",
            new LaunchShape(images * parameters.Tokens, Tiles(parameters.Padded, Threads), 1, Threads, 0),
            parameters,
            stream);

    /// <summary>float32 to a 16-bit type.</summary>
    public void Narrow(ConversionParameters parameters, int rows, NumberFormat element, CudaStream stream) =>
        Launch(
            $"narrow_{NameOf(element)}",
            new LaunchShape(rows, Tiles(parameters.Padded, Threads), 1, Threads, 0),
            parameters,
            stream);

    public void Dispose() => CudaScope.Try(() => _driver.UnloadModule(_module));

    private static int Tiles(int count, int tile) => (count + tile - 1) / tile;

    private static int LinearSharedBytes(BlockShape shape, NumberFormat element)
    {
        if (element == NumberFormat.Float32)
        {
            return sizeof(float) * Math.Max((64 + shape.Height) * 18, 64 * (shape.Height + 4)); // 16 inputs of x and w, or the sums
        }

        int stages = shape.Width == 16 ? 4 : shape.Width == 32 ? 3 : 2;
        return Math.Max(stages * (128 + shape.Height) * shape.Width * 2, 128 * (shape.Height + 8) * 4);
    }

    private void Launch<T>(string name, LaunchShape shape, T parameters, CudaStream stream)
        where T : unmanaged
    {
        Debug.Assert(Unsafe.SizeOf<T>() % 4 == 0, "parameters are words");
        if (!_functions.TryGetValue(name, out var function))
        {
            function = _driver.GetFunction(_module, name);
            if (shape.SharedBytes > DefaultSharedBytes)
            {
                _driver.AllowSharedBytes(function, shape.SharedBytes);
            }

            _functions.Add(name, function);
        }

        _driver.Launch(function, shape, MemoryMarshal.AsBytes(new ReadOnlySpan<T>(in parameters)), stream);
    }
}

/// <summary>What a linear layer does with its sums; the numbers are the kernels'.</summary>
internal enum CudaActivation
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>The exact GELU, x Φ(x).</summary>
    Gelu = 1,

    /// <summary>GELU by tanh, ½ x (1 + tanh(√(2/π) (x + 0.044715 x³))).</summary>
    TanhGelu = 2,

    /// <summary>x σ(1.702 x).</summary>
    QuickGelu = 3,
}

/// <summary>Rows of activations on the device.</summary>
/// <param name="Pointer">The first row; a multiple of 16 bytes.</param>
/// <param name="Stride">Elements from one row to the next; a multiple of 16 bytes, and at least the padded width.</param>
internal readonly record struct DeviceRows(DevicePointer Pointer, int Stride);

/// <summary>What a linear kernel takes; field for field LinearArguments in block_sparse.cu. Strides count elements.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct LinearParameters
{
    public DevicePointer X;
    public DevicePointer Values;
    public DevicePointer CrowIndices;
    public DevicePointer ColIndices;
    public DevicePointer Order;
    public DevicePointer Bias;
    public DevicePointer Residual;
    public DevicePointer Y;
    public int Rows;
    public int XStride;
    public int ResidualRows;
    public int ResidualStride;
    public int YStride;
    public CudaActivation Activation;
}

/// <summary>What a LayerNorm kernel takes; field for field NormArguments in block_sparse.cu. Strides count elements.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct NormParameters
{
    public DevicePointer X;
    public DevicePointer Scale;
    public DevicePointer Offset;
    public DevicePointer Y;
    public int Rows;
    public int Width;
    public int Padded;
    public int XStride;
    public int YStride;
    public float Epsilon;
}

/// <summary>What a mean kernel takes; field for field MeanArguments in block_sparse.cu. Strides count elements.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct MeanParameters
{
    public DevicePointer X;
    public DevicePointer Y;
    public int Tokens;
    public int First;
    public int Padded;
    public int XStride;
    public int YStride;
}

/// <summary>What an attention kernel takes; field for field AttentionArguments in block_sparse.cu. Strides count elements.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct AttentionParameters
{
    public DevicePointer Qkv;
    public DevicePointer Y;
    public int Tokens;
    public int Queries;
    public int Heads;
    public int HeadWidth;
    public int QkvStride;
    public int YStride;
    public float Scale;
}

/// <summary>What a patch kernel takes; field for field PatchArguments in block_sparse.cu. The stride is in elements.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct PatchParameters
{
    public DevicePointer Images;
    public DevicePointer Y;
    public int Tokens;
    public int Prefix;
    public int Channels;
    public int ImageSize;
    public int PatchSize;
    public int Padded;
    public int YStride;
}

/// <summary>What a conversion takes; field for field ConversionArguments in block_sparse.cu. Strides count elements.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct ConversionParameters
{
    public DevicePointer X;
    public DevicePointer Y;
    public int Width;
    public int Padded;
    public int XStride;
    public int YStride;
}
