using System.Runtime.Intrinsics;
using Microsoft.ML.BlockPruning.Formats;
using Microsoft.ML.BlockPruning.Kernels.Cpu.Attention;
using Microsoft.ML.BlockPruning.Kernels.Cpu.Dot;
using Microsoft.ML.BlockPruning.Kernels.Cpu.Isa;
using Microsoft.ML.BlockPruning.Kernels.Cpu.Linear;
using Microsoft.ML.BlockPruning.Kernels.Cpu.Norm;

namespace Microsoft.ML.BlockPruning.Kernels.Cpu;

/// <summary>The list of kernels, and the choice among them.</summary>
internal static class CpuKernels
{
    /// <summary>Environment variable that forces the rows of a name, of all operations.</summary>
    public const string ForceVariable = "BLOCKPRUNING_KERNEL";

#pragma warning disable RS0030 // The choice of a kernel is the one place that reads the environment.
    private static readonly Lazy<CpuKernel> FromEnvironment = new(() => Select(Environment.GetEnvironmentVariable(ForceVariable)));
#pragma warning restore RS0030

    /// <summary>Every row, for each operation the fastest first: the list that dispatch, tests and benchmarks read.</summary>
    public static IReadOnlyList<KernelRow> Rows { get; } =
    [
        new DotKernelOf<VnniCodeDot, Avx512Isa, Vector512<float>>("avx512vnni-48x8", ArithmeticClass.ExactInt8),
        new DotKernelOf<BFloat16CodeDot, Avx512Isa, Vector512<float>>("avx512bf16-48x8", ArithmeticClass.BFloat16Pairs),
        new BFloat16Attention("avx512bf16-48x8"),
        .. Of<Avx512Isa, Vector512<float>>("avx512-48x8"),
        new DotKernelOf<Int8Dot<AvxVnniInt8Isa, Vector256<int>>, Avx2Isa, Vector256<float>>("avxvnni-24x4", ArithmeticClass.ExactInt8),
        .. Of<Avx2Isa, Vector256<float>>("avx2-24x4"), // half the lanes and half the registers: half the speed
        new DotKernelOf<Int8Dot<Avx2Int8Isa, Vector256<int>>, Avx2Isa, Vector256<float>>("avx2-24x4", ArithmeticClass.ExactInt8),
        .. Of<PortableIsa, float>("portable"), // for processors that have neither, and to check the others against
        new DotKernelOf<Int8Dot<PortableInt8Isa, int>, PortableIsa, float>("portable", ArithmeticClass.ExactInt8),
    ];

    /// <summary>What each name with rows of all operations stands for, in the list's order.</summary>
    public static IReadOnlyList<CpuKernel> All { get; } =
        [.. NamesOf(Rows.OfType<NormKernel>()).Select(name => Join([.. Rows.Where(row => row.Name == name)], Rows))];

    /// <summary>For each operation the fastest row of this processor, or those that the environment forces.</summary>
    /// <exception cref="InvalidOperationException">The environment forces a kernel that does not exist.</exception>
    /// <exception cref="PlatformNotSupportedException">The environment forces a kernel that this processor cannot run.</exception>
    public static CpuKernel Selected => FromEnvironment.Value;

    /// <summary>Chooses the rows.</summary>
    /// <param name="forced">A name from the list; null or empty takes for each operation the first row that runs here.</param>
    /// <param name="rows">The list; null for <see cref="Rows"/>. Rows that are made at run time go in front of it.</param>
    internal static CpuKernel Select(string? forced, IReadOnlyList<KernelRow>? rows = null)
    {
        rows ??= Rows;
        if (string.IsNullOrEmpty(forced))
        {
            return Join([], rows);
        }

        KernelRow[] named = [.. rows.Where(row => row.Name == forced)];
        if (named.Length == 0)
        {
            throw new InvalidOperationException(
                $"{ForceVariable}={forced} names no kernel; choose one of {string.Join(", ", NamesOf(rows))}, or unset it.");
        }

        return Array.TrueForAll(named, row => row.IsSupported)
            ? Join(named, rows)
            : throw new PlatformNotSupportedException(
                $"{ForceVariable}={forced} needs instructions that this processor lacks or that are switched off; "
                + $"it can run {string.Join(", ", NamesOf(rows.Where(row => row.IsSupported)))}.");
    }

    private static KernelRow[] Of<TIsa, TVector>(string name)
        where TIsa : struct, IVectorIsa<TVector>
        where TVector : struct =>
        [
            new LinearKernelOf<TIsa, TVector>(name),
            new LinearKernelOf<TIsa, TVector>(name, ProductFormat.BFloat16), // the file and the rounding are bfloat16's, the speed is not
            new NormKernelOf<TIsa, TVector>(name),
            new AttentionKernelOf<TIsa, TVector>(name),
        ];

    private static IEnumerable<string> NamesOf(IEnumerable<KernelRow> rows) =>
        rows.Select(row => row.Name).Distinct(StringComparer.Ordinal);

    /// <summary>The rows that come first, and for what they leave out the list's first that run here.</summary>
    private static CpuKernel Join(KernelRow[] first, IReadOnlyList<KernelRow> rows)
    {
        KernelRow[] all = [.. first, .. rows.Where(row => row.IsSupported)];
        AttentionKernel Attention(Func<AttentionKernel, bool> fits) => all.OfType<AttentionKernel>().First(fits);
        LinearKernel Product(ProductFormat format) => all.OfType<LinearKernel>().First(row => row.Format == format);
        return new CpuKernel(
            Product(ProductFormat.Float32), Product(ProductFormat.BFloat16), Product(ProductFormat.Int8),
            all.OfType<NormKernel>().First(), Attention(row => row.Traits.Product is null), Attention(_ => true));
    }
}
