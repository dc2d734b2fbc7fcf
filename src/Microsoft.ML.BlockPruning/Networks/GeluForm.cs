namespace Microsoft.ML.BlockPruning.Networks;

/// <summary>How GELU is computed: networks keep the form that they were trained with, which differ by up to 0.02.</summary>
internal enum GeluForm
{
    /// <summary>x Φ(x) by the error function (Hendrycks and Gimpel, arXiv:1606.08415).</summary>
    Exact,

    /// <summary>½ x (1 + tanh(√(2/π) (x + 0.044715 x³))), §2 there; <c>gelu_tanh</c>, <c>gelu_pytorch_tanh</c>, <c>gelu_new</c>.</summary>
    Tanh,

    /// <summary>x / (1 + exp(−1.702 x)), §2 there; <c>quick_gelu</c>, as CLIP has it.</summary>
    Quick,
}
