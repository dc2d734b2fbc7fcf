using Microsoft.ML.BlockPruning.Networks.Families;

namespace Microsoft.ML.BlockPruning.Models;

/// <summary>A <see cref="ViTConfig"/> as the metadata of a file spells it.</summary>
internal sealed record NetworkMetadata(
    int ImageSize, int PatchSize, int Channels, int EmbedDim, int Depth, int NumHeads, int MlpDim, int NumClasses, bool IsDistilled,
    float LayerNormEps);
