using Microsoft.ML.BlockPruning.Imaging;

namespace Microsoft.ML.BlockPruning.Inference;

/// <summary>An <see cref="ImagePreprocessing"/> as the metadata of a file spells it; its size and channels are the network's.</summary>
internal sealed record PixelMetadata(float[] Mean, float[] Std, ImageResize Resize, int ResizeSize, ImageInterpolation Interpolation);
