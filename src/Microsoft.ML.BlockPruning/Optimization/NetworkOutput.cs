using static TorchSharp.torch;

namespace Microsoft.ML.BlockPruning.Optimization;

/// <summary>What distillation compares, float32.</summary>
/// <param name="Logits">[images, classes].</param>
/// <param name="Streams">[images, tokens, features]: the residual stream after each layer.</param>
internal sealed record NetworkOutput(Tensor Logits, IReadOnlyList<Tensor> Streams);
