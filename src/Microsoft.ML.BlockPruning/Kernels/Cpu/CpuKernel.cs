using Microsoft.ML.BlockPruning.Kernels.Cpu.Attention;
using Microsoft.ML.BlockPruning.Kernels.Cpu.Isa;
using Microsoft.ML.BlockPruning.Kernels.Cpu.Linear;
using Microsoft.ML.BlockPruning.Kernels.Cpu.Norm;

namespace Microsoft.ML.BlockPruning.Kernels.Cpu;

/// <summary>The rows that a network is computed with, one an operation.</summary>
internal sealed record CpuKernel(LinearKernel Linear, NormKernel Norm, AttentionKernel Attention)
{
    /// <summary>The name that the rows share, else each of them.</summary>
    public string Name => string.Join('+', Rows.Select(row => row.Name).Distinct(StringComparer.Ordinal));

    /// <summary>Whether this processor has the instructions.</summary>
    public bool IsSupported => Rows.All(row => row.IsSupported);

    private IEnumerable<KernelRow> Rows => [Linear, Norm, Attention];

    public override string ToString() => Name;
}
