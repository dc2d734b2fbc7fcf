using static TorchSharp.torch;

namespace Microsoft.ML.BlockPruning.Pruning.Bases;

/// <summary>Second moments of what passes through one step, float64, means over tokens.</summary>
/// <param name="Normed">[features, features]: E[a aᵀ], a the normed input before scale and offset.</param>
/// <param name="Hidden">Of an MLP, [hidden]: variance of each unit after the activation; else null.</param>
/// <param name="Heads">Of attention, one per head; else empty.</param>
internal sealed record StepMoments(Tensor Normed, Tensor? Hidden, IReadOnlyList<HeadMoments> Heads)
{
    /// <summary>All of them.</summary>
    public IEnumerable<Tensor> Tensors =>
        [Normed, .. Hidden is null ? [] : new[] { Hidden }, .. Heads.SelectMany(head => new[] { head.Query, head.Key, head.Output })];
}

/// <summary>Second moments of one attention head, each [head width, head width] float64.</summary>
/// <param name="Query">E[q qᵀ].</param>
/// <param name="Key">E[k kᵀ], k minus its mean over the tokens of an image, which softmax does not see.</param>
/// <param name="Output">E[o oᵀ], o the attended values without the values' bias.</param>
internal sealed record HeadMoments(Tensor Query, Tensor Key, Tensor Output);
