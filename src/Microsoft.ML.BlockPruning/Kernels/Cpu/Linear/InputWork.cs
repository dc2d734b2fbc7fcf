using Microsoft.ML.BlockPruning.Kernels.Cpu.Layout;
using Microsoft.ML.BlockPruning.Kernels.Cpu.Norm;
using Microsoft.ML.BlockPruning.Kernels.Cpu.Threads;

namespace Microsoft.ML.BlockPruning.Kernels.Cpu.Linear;

/// <summary>
/// Lays the panels of many images down as a layer's row reads them, normalised first where they are a stream: an item is one panel, which
/// is still in the second-level cache when it is packed.
/// </summary>
/// <param name="norm">The row of the list that normalises.</param>
/// <param name="pool">The threads.</param>
internal sealed unsafe class InputWork(NormKernel norm, WorkerPool pool) : IParallelWork
{
    private LinearKernel? _reader;
    private PackedNorm? _norm;
    private PanelLayout _layout;
    private int _features;
    private int _panelsPerImage;
    private float* _x;
    private float* _normed;
    private byte* _packed;

    /// <summary>packed = what the reader makes of x, or of LayerNorm(x).</summary>
    /// <param name="reader">The row that reads it; it packs its input.</param>
    /// <param name="parameters">Of the norm; null: x is packed as it is.</param>
    /// <param name="layout">Tokens and panels of an image.</param>
    /// <param name="features">Features of a token.</param>
    /// <param name="images">Number of images.</param>
    /// <param name="panelsPerImage">Leading panels of each image to pack.</param>
    /// <param name="x">[images] panels of the features.</param>
    /// <param name="normed">[images] panels of the features, written where there is a norm; may be x.</param>
    /// <param name="packed">[images] packed panels, written.</param>
    public void Run(
        LinearKernel reader, PackedNorm? parameters, PanelLayout layout, int features, int images, int panelsPerImage,
        float* x, float* normed, byte* packed)
    {
        (_reader, _norm, _layout, _features, _panelsPerImage) = (reader, parameters, layout, features, panelsPerImage);
        _x = x;
        _normed = normed;
        _packed = packed;
        pool.Run(this, images * panelsPerImage);
    }

    void IParallelWork.Run(int item, int worker)
    {
        int image = item / _panelsPerImage, panel = item % _panelsPerImage, lanes = _layout.LanesOf(panel);
        int padded = PanelLayout.PadFeatures(_features), tokenBytes = _reader!.InputTokenBytes(_features);
        nint start = (image * _layout.SizeOf(padded)) + PanelLayout.OffsetOf(panel, padded);
        float* x = _x + start;
        if (_norm is not null)
        {
            norm.Normalize(_norm, x, lanes, _normed + start);
            x = _normed + start;
        }

        byte* packed = _packed + (image * _layout.SizeOf(tokenBytes)) + PanelLayout.OffsetOf(panel, tokenBytes);
        _reader.PackInput(x, _features, lanes, packed);
    }
}
