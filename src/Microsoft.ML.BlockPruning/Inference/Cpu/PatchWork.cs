using Microsoft.ML.BlockPruning.Kernels.Cpu.Layout;
using Microsoft.ML.BlockPruning.Kernels.Cpu.Threads;
using Microsoft.ML.BlockPruning.Networks;

namespace Microsoft.ML.BlockPruning.Inference.Cpu;

/// <summary>Cuts images into patches, a patch a lane: an item is one panel. Lanes of prefix tokens and padding become zero.</summary>
internal sealed unsafe class PatchWork(NetworkSpec spec, WorkerPool pool) : IParallelWork
{
    private readonly PanelLayout _layout = new(spec.Tokens);
    private float* _images;
    private float* _patches;

    /// <summary>Cuts.</summary>
    /// <param name="images">[count, channels, imageSize, imageSize] float32.</param>
    /// <param name="count">Number of images.</param>
    /// <param name="patches">[count] panels of channels · patchSize · patchSize, written.</param>
    public void Run(float* images, int count, float* patches)
    {
        _images = images;
        _patches = patches;
        pool.Run(this, count * _layout.Panels);
    }

    void IParallelWork.Run(int item, int worker)
    {
        int features = PanelLayout.PadFeatures(spec.PatchDim);
        int image = item / _layout.Panels;
        int panel = item % _layout.Panels;
        int lanes = _layout.LanesOf(panel), prefix = spec.Stem.PrefixTokens.Count;
        float* source = _images + ((nint)image * spec.ImageDim);
        float* target = _patches + (image * _layout.SizeOf(features)) + PanelLayout.OffsetOf(panel, features);
        new Span<float>(target, features * lanes).Clear();
        for (int lane = 0; lane < _layout.TokensOf(panel); lane++)
        {
            int patch = (panel * PanelLayout.PanelTokens) + lane - prefix;
            if (patch >= 0)
            {
                CutPatch(source, patch, target + lane, lanes);
            }
        }
    }

    /// <summary>Features in the order of the convolution's weight: channel, row, column.</summary>
    private void CutPatch(float* image, int patch, float* target, int lanes)
    {
        int size = spec.Stem.PatchSize;
        float* corner = image + ((nint)(patch / spec.GridSize) * size * spec.ImageSize) + (patch % spec.GridSize * size);
        for (int channel = 0; channel < spec.Channels; channel++)
        {
            for (int row = 0; row < size; row++)
            {
                float* pixels = corner + ((((nint)channel * spec.ImageSize) + row) * spec.ImageSize);
                for (int column = 0; column < size; column++, target += lanes)
                {
                    *target = pixels[column];
                }
            }
        }
    }
}
