using Microsoft.ML.BlockPruning.Formats;
using Microsoft.ML.BlockPruning.Kernels.Cpu.Attention;
using Microsoft.ML.BlockPruning.Kernels.Cpu.Isa;
using Microsoft.ML.BlockPruning.Kernels.Cpu.Linear;
using Microsoft.ML.BlockPruning.Kernels.Cpu.Norm;

namespace Microsoft.ML.BlockPruning.Kernels.Cpu;

/// <summary>The rows that a network is computed with: of products one for each format, of attention two, of norms one.</summary>
internal sealed record CpuKernel(
    LinearKernel Linear, LinearKernel BFloat16, LinearKernel Int8, NormKernel Norm, AttentionKernel Attention,
    AttentionKernel BFloat16Attention)
{
    /// <summary>The name that the rows of float32 share, else each of them.</summary>
    public string Name => NameOf([ProductFormat.Float32]);

    /// <summary>Whether this processor has the instructions.</summary>
    public bool IsSupported => Rows.All(row => row.IsSupported);

    private IEnumerable<KernelRow> Rows => [Linear, BFloat16, Int8, Norm, Attention, BFloat16Attention];

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

    /// <summary>The row of attention behind a layer that is multiplied in a format: bfloat16 for all that are not float32.</summary>
    public AttentionKernel AttentionOf(ProductFormat format) => format == ProductFormat.Float32 ? Attention : BFloat16Attention;

    /// <summary>The rows that networks in some formats run, by their names, those of products first.</summary>
    public string NameOf(IEnumerable<ProductFormat> formats)
    {
        ProductFormat[] used = [.. formats.Distinct().Order()];
        IEnumerable<KernelRow> rows = [.. used.Select(format => ProductOf(format)), Norm, .. used.Select(AttentionOf)];
        return string.Join('+', rows.Select(row => row.Name).Distinct(StringComparer.Ordinal));
    }

    public override string ToString() => Name;
}
