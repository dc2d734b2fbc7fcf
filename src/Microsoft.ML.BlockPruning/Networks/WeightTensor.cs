namespace Microsoft.ML.BlockPruning.Networks;

/// <summary>One tensor of a network under its timm name: a view, not a copy.</summary>
/// <param name="Name">timm's full name, such as <c>blocks.0.attn.qkv.weight</c>.</param>
/// <param name="Shape">The shape in the checkpoint; the values are row-major.</param>
/// <param name="Values">The network's own array; writing to it changes the network.</param>
internal readonly record struct WeightTensor(string Name, int[] Shape, float[] Values);
