using Microsoft.ML.BlockPruning.Formats;
using Microsoft.ML.BlockPruning.Kernels.Cpu.Attention;
using Microsoft.ML.BlockPruning.Kernels.Cpu.Isa;
using Microsoft.ML.BlockPruning.Kernels.Cpu.Linear;
using Microsoft.ML.BlockPruning.Kernels.Cpu.Norm;

namespace Microsoft.ML.BlockPruning.Kernels.Cpu;

/// <summary>The rows that a network is computed with: of products one for each format, of the other operations one.</summary>
internal sealed record CpuKernel(
    LinearKernel Linear, LinearKernel BFloat16, LinearKernel Int8, NormKernel Norm, AttentionKernel Attention)
{
    /// <summary>The name that the rows of float32 share, else each of them.</summary>
    public string Name => NameOf([ProductFormat.Float32]);

    /// <summary>Whether this processor has the instructions.</summary>
    public bool IsSupported => Rows.All(row => row.IsSupported);

    private IEnumerable<KernelRow> Rows => [Linear, BFloat16, Int8, Norm, Attention];

    /// <summary>The row that multiplies a layer; one of more inputs than 8-bit numbers can sum is computed in bfloat16.</summary>
    /// <param name="format">In what numbers.</param>
    /// <param name="inFeatures">The layer's inputs.</param>
    public LinearKernel ProductOf(ProductFormat format, int inFeatures = 1) => format switch
    {
        ProductFormat.Float32 => Linear,
        ProductFormat.BFloat16 => BFloat16,
        ProductFormat.Int8 => inFeatures <= Int8.MostInFeatures ? Int8 : BFloat16,
        _ => throw new ArgumentOutOfRangeException(nameof(format), format, "Not a format of products."),
    };

    /// <summary>The rows that networks in some formats run, by their names, those of products first.</summary>
    public string NameOf(IEnumerable<ProductFormat> formats)
    {
        IEnumerable<KernelRow> rows = [.. formats.Distinct().Order().Select(format => ProductOf(format)), Norm, Attention];
        return string.Join('+', rows.Select(row => row.Name).Distinct(StringComparer.Ordinal));
    }

    public override string ToString() => Name;
}
