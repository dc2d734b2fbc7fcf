namespace Microsoft.ML.BlockPruning.Tests.Kernels.Cuda.Ptx;

/// <summary>One instruction, decoded once.</summary>
internal sealed class PtxInstruction
{
    /// <summary>As it stands in the module, for messages.</summary>
    public required string Text { get; init; }

    public required PtxOperation Operation { get; init; }

    public required PtxOperand[] Operands { get; init; }

    /// <summary>The arithmetic of <see cref="PtxOperation.Compute"/>: up to three sources.</summary>
    public PtxArithmetic.Function? Compute { get; init; }

    /// <summary>Whether it is one of the multiply-adds that count as work.</summary>
    public bool MultipliesAndAdds { get; init; }

    /// <summary>Predicate register that lets a lane take part, or -1.</summary>
    public int Guard { get; init; } = -1;

    public bool GuardNegated { get; init; }

    /// <summary>Label of a branch.</summary>
    public string Label { get; init; } = "";

    /// <summary>Number of the instruction behind the label; set when all are read.</summary>
    public int Target { get; set; }

    /// <summary>Bytes of each element of a load or store.</summary>
    public int ElementBytes { get; init; }

    /// <summary>Whether ldmatrix transposes.</summary>
    public bool Transposed { get; init; }

    /// <summary>Whether mma reads bf16 instead of f16.</summary>
    public bool BFloat16 { get; init; }
}
