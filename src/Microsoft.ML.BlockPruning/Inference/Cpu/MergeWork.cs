using Microsoft.ML.BlockPruning.Kernels.Cpu.Layout;
using Microsoft.ML.BlockPruning.Kernels.Cpu.Threads;
using Microsoft.ML.BlockPruning.Networks;

namespace Microsoft.ML.BlockPruning.Inference.Cpu;

/// <summary>Lays four neighbours of a square grid behind each other as one token: an item is one panel of the new tokens.</summary>
/// <remarks>Their order is top left, bottom left, top right, bottom right; where the grid has no such token, zeros.</remarks>
internal sealed unsafe class MergeWork(WorkerPool pool) : IParallelWork
{
    private PanelLayout _from;
    private PanelLayout _to;
    private int _features;
    private int _side;
    private int _half;
    private int _panelsPerImage;
    private float* _tokens;
    private float* _merged;

    /// <summary>Gathers.</summary>
    /// <param name="from">The old tokens, a square grid.</param>
    /// <param name="to">The new tokens, about a quarter of them.</param>
    /// <param name="features">Features of an old token.</param>
    /// <param name="images">Number of images.</param>
    /// <param name="panelsPerImage">Leading panels of new tokens to make.</param>
    /// <param name="tokens">[images] panels of features.</param>
    /// <param name="merged">[images] panels of 4 · features, written.</param>
    public void Run(PanelLayout from, PanelLayout to, int features, int images, int panelsPerImage, float* tokens, float* merged)
    {
        _from = from;
        _to = to;
        _features = features;
        _side = (int)Math.Sqrt(from.Tokens);
        _half = (int)MergeSpec.SideAfter(_side);
        _panelsPerImage = panelsPerImage;
        _tokens = tokens;
        _merged = merged;
        pool.Run(this, images * panelsPerImage);
    }

    void IParallelWork.Run(int item, int worker)
    {
        int panel = item % _panelsPerImage, image = item / _panelsPerImage;
        int padded = PanelLayout.PadFeatures(_features), paddedMerged = PanelLayout.PadFeatures(MergeSpec.Neighbours * _features);
        float* source = _tokens + (image * _from.SizeOf(padded));
        float* target = _merged + (image * _to.SizeOf(paddedMerged)) + PanelLayout.OffsetOf(panel, paddedMerged);
        int lanes = _to.LanesOf(panel);
        for (int lane = 0; lane < _to.TokensOf(panel); lane++)
        {
            int token = (panel * PanelLayout.PanelTokens) + lane;
            for (int neighbour = 0; neighbour < MergeSpec.Neighbours; neighbour++)
            {
                int row = (2 * (token / _half)) + (neighbour % 2), column = (2 * (token % _half)) + (neighbour / 2);
                float* place = target + ((nint)neighbour * _features * lanes) + lane;
                if (row < _side && column < _side)
                {
                    CopyToken(source, (row * _side) + column, padded, place, lanes);
                }
                else
                {
                    ClearToken(place, lanes);
                }
            }
        }
    }

    private void ClearToken(float* target, int lanes)
    {
        for (int feature = 0; feature < _features; feature++)
        {
            target[feature * lanes] = 0;
        }
    }

    private void CopyToken(float* source, int token, int padded, float* target, int lanes)
    {
        int panel = token / PanelLayout.PanelTokens, sourceLanes = _from.LanesOf(panel);
        float* values = source + PanelLayout.OffsetOf(panel, padded) + (token % PanelLayout.PanelTokens);
        for (int feature = 0; feature < _features; feature++)
        {
            target[feature * lanes] = values[feature * sourceLanes];
        }
    }
}
