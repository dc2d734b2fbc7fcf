using Microsoft.ML.BlockPruning.Kernels.Cpu.Layout;
using Microsoft.ML.BlockPruning.Kernels.Cpu.Threads;

namespace Microsoft.ML.BlockPruning.Kernels.Cpu.Attention;

/// <summary>Attention over many images: an item is one head and one panel, of queries, or of what is packed first.</summary>
internal sealed unsafe class AttentionWork(AttentionKernel kernel, WorkerPool pool) : IParallelWork
{
    private AttentionShape _shape;
    private float* _scratch;
    private int _panelsPerImage;
    private float* _qkv;
    private byte* _packed;
    private float* _context;
    private bool _packs;

    /// <summary>context = softmax(q kᵀ / √headDim) v.</summary>
    /// <param name="shape">Tokens, heads and their width.</param>
    /// <param name="images">Number of images.</param>
    /// <param name="panelsPerImage">Leading panels of each image whose queries are answered; keys are always all tokens.</param>
    /// <param name="scratch">[threads of the pool, <see cref="AttentionKernel.ScratchOf"/>]: each worker's own.</param>
    /// <param name="qkv">[images] panels of [shape.QkvFeatures, lanes].</param>
    /// <param name="packed">[images] of them as the row reads them, written; may be null where it reads float32 panels.</param>
    /// <param name="context">[images] panels of [shape.ContextFeatures, lanes], written.</param>
    public void Run(AttentionShape shape, int images, int panelsPerImage, float* scratch, float* qkv, byte* packed, float* context)
    {
        _shape = shape;
        _scratch = scratch;
        _qkv = qkv;
        _packed = packed;
        _context = context;
        if (kernel.PacksInput)
        {
            (_packs, _panelsPerImage) = (true, shape.Layout.Panels);
            pool.Run(this, images * shape.Heads * _panelsPerImage);
        }

        (_packs, _panelsPerImage) = (false, panelsPerImage);
        pool.Run(this, images * shape.Heads * _panelsPerImage);
    }

    void IParallelWork.Run(int item, int worker)
    {
        var shape = _shape;
        int panel = item % _panelsPerImage;
        int head = item / _panelsPerImage % shape.Heads;
        int image = item / (_panelsPerImage * shape.Heads);
        float* qkv = _qkv + (image * shape.Layout.SizeOf(shape.PaddedQkvFeatures));
        byte* packed = _packed + (image * shape.Layout.SizeOf(kernel.InputTokenBytes(shape)));
        if (_packs)
        {
            kernel.PackInput(shape, qkv, head, panel, packed);
            return;
        }

        float* context = _context + (image * shape.Layout.SizeOf(shape.PaddedContextFeatures));
        float* scratch = _scratch + (worker * kernel.ScratchOf(shape));
        kernel.Attend(shape, kernel.PacksInput ? packed : (byte*)qkv, head, panel, bias: null, scratch, context);
    }
}
