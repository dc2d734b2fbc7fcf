namespace Microsoft.ML.BlockPruning.Networks;

/// <summary>A part of a network that has tensors: weights, files and their checks walk one list of them.</summary>
internal abstract record NetworkPart;

/// <summary>A tensor that stands alone: a prefix token or the positions.</summary>
internal sealed record FreePart(string Name, int[] Shape) : NetworkPart;

/// <summary>A norm: weight and bias, each [features].</summary>
internal sealed record NormPart(NormSpec Norm) : NetworkPart;

/// <summary>A linear layer: weight and bias [outFeatures].</summary>
/// <param name="Linear">The layer.</param>
/// <param name="WeightShape">As checkpoints have it: a patch convolution's has four sides.</param>
/// <param name="IsPrunable">Whether it may lose blocks: whether a step owns it.</param>
internal sealed record LinearPart(LinearSpec Linear, int[] WeightShape, bool IsPrunable) : NetworkPart;
