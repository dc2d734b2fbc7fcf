using Microsoft.ML.BlockPruning.Kernels.Cpu.Layout;
using Microsoft.ML.BlockPruning.Kernels.Cpu.Threads;

namespace Microsoft.ML.BlockPruning.Kernels.Cpu.Attention;

/// <summary>Attention over many images: an item is one head and one panel of queries.</summary>
internal sealed unsafe class AttentionWork(AttentionKernel kernel, WorkerPool pool) : IParallelWork
{
    private AttentionShape _shape;
    private float* _scratch;
    private int _panelsPerImage;
    private float* _qkv;
    private float* _context;

    /// <summary>context = softmax(q kᵀ / √headDim) v.</summary>
    /// <param name="shape">Tokens, heads and their width.</param>
    /// <param name="images">Number of images.</param>
    /// <param name="panelsPerImage">Leading panels of each image whose queries are answered; keys are always all tokens.</param>
    /// <param name="scratch">[threads of the pool, shape.ScratchFloats]: each worker's scores.</param>
    /// <param name="qkv">[images] panels of [shape.QkvFeatures, lanes].</param>
    /// <param name="context">[images] panels of [shape.ContextFeatures, lanes], written.</param>
    public void Run(AttentionShape shape, int images, int panelsPerImage, float* scratch, float* qkv, float* context)
    {
        _shape = shape;
        _scratch = scratch;
        _panelsPerImage = panelsPerImage;
        _qkv = qkv;
        _context = context;
        pool.Run(this, images * shape.Heads * panelsPerImage);
    }

    void IParallelWork.Run(int item, int worker)
    {
        var shape = _shape;
        int panel = item % _panelsPerImage;
        int head = item / _panelsPerImage % shape.Heads;
        int image = item / (_panelsPerImage * shape.Heads);
        float* qkv = _qkv + (image * shape.Layout.SizeOf(shape.PaddedQkvFeatures));
        float* context = _context + (image * shape.Layout.SizeOf(shape.PaddedContextFeatures));
        kernel.Attend(shape, qkv, head, panel, bias: null, _scratch + (worker * shape.ScratchFloats), context);
    }
}
