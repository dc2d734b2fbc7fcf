using System.Diagnostics;
using System.Runtime.Intrinsics.X86;
using Microsoft.ML.BlockPruning.Kernels.Cpu.Layout;
using Microsoft.ML.BlockPruning.Kernels.Cpu.Threads;

namespace Microsoft.ML.BlockPruning.Kernels.Cpu.Linear;

/// <summary>A linear layer over the panels of many images: an item is one panel times one part of the strips.</summary>
/// <param name="kernel">The row of the list that packed the layers.</param>
/// <param name="pool">The threads.</param>
internal sealed unsafe class LinearWork(LinearKernel kernel, WorkerPool pool) : IParallelWork
{
    // With so many items a thread, the narrow last panels and a busy neighbour do not leave threads idle in the end.
    private const int LeastItemsPerThread = 16;

    // Small parts fetch every panel of x from memory again and again: at batch 8 parts of 2 MB are up to twice as fast as parts of
    // 256 KB, although only the small ones stay in the second-level cache (weights stream well, they are read front to back).
    private const long PartBytes = 2L << 20;

    // Where x is larger than this, its panels come from memory. Then fetching a whole panel front to back first is faster than
    // meeting it run by run: 4 to 9 % at batch 8 with 3072 input features and half or fewer of the blocks kept.
    private const long CachedBytes = 2L << 20;

    private PackedLinear? _linear;
    private int _parts;
    private bool _xComesFromMemory;
    private PanelLayout _layout;
    private int _panels;
    private int _panelsPerImage;
    private Epilogue _epilogue;
    private byte* _x;
    private float* _residual;
    private nint _residualStride;
    private float* _y;

    /// <summary>y = epilogue(W x + b).</summary>
    /// <param name="linear">W and b, packed.</param>
    /// <param name="layout">Tokens and panels of an image.</param>
    /// <param name="images">Number of images.</param>
    /// <param name="panelsPerImage">Leading panels of each image to compute; the others are left as they are.</param>
    /// <param name="epilogue">What happens to W x + b.</param>
    /// <param name="x">[images] panels of linear.PaddedInFeatures; packed ones, where the row packs its input.</param>
    /// <param name="residual">Panels of linear.PaddedOutFeatures; may be y.</param>
    /// <param name="residualStride">Floats from one image's residual to the next: zero where all images share one.</param>
    /// <param name="y">[images] panels of linear.PaddedOutFeatures, written; not x.</param>
    public void Run(
        PackedLinear linear, PanelLayout layout, int images, int panelsPerImage, Epilogue epilogue,
        byte* x, float* residual, nint residualStride, float* y)
    {
        Debug.Assert(panelsPerImage <= layout.Panels, "more panels than the image has");
        Debug.Assert(linear.Format == kernel.Format, "a layer that another row packed");
        Debug.Assert(x != (byte*)y, "a panel would be overwritten while other strips still read it");
        _linear = linear;
        _layout = layout;
        _panels = images * panelsPerImage;
        _panelsPerImage = panelsPerImage;
        _epilogue = epilogue;
        _x = x;
        _residual = residual;
        _residualStride = residualStride;
        _y = y;
        long parts = Math.Max(LeastItemsPerThread * pool.Threads / _panels, linear.WeightBytes / PartBytes);
        _parts = (int)Math.Clamp(parts, 1, linear.Strips);
        _xComesFromMemory = images * layout.SizeOf(kernel.InputTokenBytes(linear.InFeatures)) > CachedBytes;
        pool.Run(this, _panels * _parts);
    }

    /// <summary>y = W x + b over all panels.</summary>
    public void Run(PackedLinear linear, PanelLayout layout, int images, byte* x, float* y) =>
        Run(linear, layout, images, layout.Panels, Epilogue.None, x, residual: null, residualStride: 0, y);

    void IParallelWork.Run(int item, int worker)
    {
        // All panels pass by one part of the strips, then by the next.
        var linear = _linear!;
        var strips = linear.StripsOf(item / _panels, _parts);
        int image = item % _panels / _panelsPerImage;
        int panel = item % _panels % _panelsPerImage;
        int tokenBytes = kernel.InputTokenBytes(linear.InFeatures);
        byte* x = _x + (image * _layout.SizeOf(tokenBytes)) + PanelLayout.OffsetOf(panel, tokenBytes);
        nint yPanel = PanelLayout.OffsetOf(panel, linear.PaddedOutFeatures);
        float* y = _y + (image * _layout.SizeOf(linear.PaddedOutFeatures)) + yPanel;
        float* residual = _residual + (image * _residualStride) + yPanel;
        if (_xComesFromMemory && Sse.IsSupported)
        {
            Fetch(x, (nint)tokenBytes * _layout.LanesOf(panel));
        }

        kernel.Multiply(linear, strips, x, _layout.LanesOf(panel), _epilogue, residual, y);
    }

    /// <summary>Asks for a panel, one cache line after the other, to come to the second-level cache.</summary>
    private static void Fetch(byte* panel, nint bytes)
    {
        for (byte* line = panel; line < panel + bytes; line += NativeBuffer.AlignmentFloats * sizeof(float))
        {
            Sse.Prefetch1(line);
        }
    }
}
