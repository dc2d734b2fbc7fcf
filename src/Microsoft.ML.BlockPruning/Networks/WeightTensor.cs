namespace Microsoft.ML.BlockPruning.Networks;

/// <summary>A tensor of a network: its name, its size, and its numbers, which may be written to.</summary>
/// <param name="Name">Its canonical (timm's) name, such as <c>blocks.0.attn.qkv.weight</c>.</param>
/// <param name="Shape">The size of each dimension, outermost first.</param>
/// <param name="Values">float32, row-major.</param>
public readonly record struct WeightTensor(string Name, IReadOnlyList<int> Shape, float[] Values);
