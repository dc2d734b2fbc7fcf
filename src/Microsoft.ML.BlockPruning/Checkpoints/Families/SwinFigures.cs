using Microsoft.ML.BlockPruning.Networks.Families;

namespace Microsoft.ML.BlockPruning.Checkpoints.Families;

/// <summary>What the tensors of a Swin transformer say, for a config.json to be held against.</summary>
/// <param name="Sizes">The sizes.</param>
/// <param name="HasQkvBias">Whether q, k and v have a bias.</param>
internal sealed record SwinFigures(SwinSizes Sizes, bool HasQkvBias)
{
    /// <summary>timm makes windows smaller where they would not fit the map.</summary>
    public int LargestWindow => Sizes.Stages.Max(stage => stage.Window);
}
