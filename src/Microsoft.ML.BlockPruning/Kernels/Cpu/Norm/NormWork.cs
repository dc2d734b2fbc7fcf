using Microsoft.ML.BlockPruning.Kernels.Cpu.Layout;
using Microsoft.ML.BlockPruning.Kernels.Cpu.Threads;

namespace Microsoft.ML.BlockPruning.Kernels.Cpu.Norm;

/// <summary>LayerNorm over the panels of many images: an item is one panel.</summary>
internal sealed unsafe class NormWork(NormKernel kernel, WorkerPool pool) : IParallelWork
{
    private PackedNorm? _norm;
    private PanelLayout _layout;
    private int _panelsPerImage;
    private float* _x;
    private float* _y;

    /// <summary>y = LayerNorm(x).</summary>
    /// <param name="norm">The parameters.</param>
    /// <param name="layout">Tokens and panels of an image.</param>
    /// <param name="images">Number of images.</param>
    /// <param name="panelsPerImage">Leading panels of each image to compute.</param>
    /// <param name="x">[images] panels of the norm's features.</param>
    /// <param name="y">[images] panels of the norm's features, written; may be x.</param>
    public void Run(PackedNorm norm, PanelLayout layout, int images, int panelsPerImage, float* x, float* y)
    {
        _norm = norm;
        _layout = layout;
        _panelsPerImage = panelsPerImage;
        _x = x;
        _y = y;
        pool.Run(this, images * panelsPerImage);
    }

    void IParallelWork.Run(int item, int worker)
    {
        int features = PanelLayout.PadFeatures(_norm!.Features);
        int panel = item % _panelsPerImage;
        nint start = (item / _panelsPerImage * _layout.SizeOf(features)) + PanelLayout.OffsetOf(panel, features);
        kernel.Normalize(_norm, _x + start, _layout.LanesOf(panel), _y + start);
    }
}
