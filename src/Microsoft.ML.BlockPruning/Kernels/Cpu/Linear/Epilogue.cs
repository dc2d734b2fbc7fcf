namespace Microsoft.ML.BlockPruning.Kernels.Cpu.Linear;

/// <summary>What a linear layer does with W x + b before it stores it.</summary>
internal enum Epilogue
{
    /// <summary>y = W x + b.</summary>
    None,

    /// <summary>y = GELU(W x + b).</summary>
    Gelu,

    /// <summary>y = residual + (W x + b); y may be the residual itself.</summary>
    AddResidual,
}
