using Microsoft.ML.BlockPruning.Networks.Families;

namespace Microsoft.ML.BlockPruning.Checkpoints.Families;

/// <summary>What the tensors of a ViT and its kin say, for a config.json to be held against.</summary>
/// <param name="Config">The sizes.</param>
/// <param name="Parts">Which of the optional parts there are.</param>
/// <param name="Positions">The table of positions.</param>
/// <param name="TableSize">Width and height of the images that the table was trained for, in pixels.</param>
internal sealed record ViTFigures(ViTConfig Config, ViTParts Parts, ViTPositions Positions, int TableSize);
