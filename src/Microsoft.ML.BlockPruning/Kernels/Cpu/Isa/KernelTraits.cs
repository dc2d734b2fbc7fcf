using Microsoft.ML.BlockPruning.Formats;

namespace Microsoft.ML.BlockPruning.Kernels.Cpu.Isa;

/// <summary>What a row of the list says about itself.</summary>
/// <param name="Name">Instruction set, then tokens by output features of the micro-kernel, such as <c>avx2-24x4</c>.</param>
/// <param name="Isa">The instruction set.</param>
/// <param name="Tile">What it computes at once.</param>
/// <param name="Product">In what numbers it multiplies with weights; null where the operation has none.</param>
/// <param name="Arithmetic">Rows of one class give the same bits.</param>
internal sealed record KernelTraits(
    string Name, string Isa, KernelTile Tile, ProductFormat? Product, ArithmeticClass Arithmetic)
{
    /// <summary>The traits of our own algorithms, which are written once over the interface of an instruction set.</summary>
    /// <param name="name">The row's name.</param>
    /// <param name="outputs">Output features at once.</param>
    /// <param name="product">In what numbers it multiplies with weights.</param>
    /// <param name="arithmetic">Its promise on bits; null for that of float32.</param>
    public static KernelTraits Of<TIsa, TVector>(
        string name, int outputs, ProductFormat? product = null, ArithmeticClass? arithmetic = null)
        where TIsa : struct, IVectorIsa<TVector>
        where TVector : struct =>
        new(
            name, typeof(TIsa).Name, new KernelTile(3 * TIsa.Width, outputs), product, arithmetic ?? ArithmeticClass.IeeeFmaAscending);
}

/// <summary>What a micro-kernel computes at once.</summary>
/// <param name="Tokens">Tokens, the lanes of its vectors.</param>
/// <param name="Outputs">Output features.</param>
internal readonly record struct KernelTile(int Tokens, int Outputs);

/// <summary>A promise on bits: rows of one operation and one class give the same ones, whatever their tile and instruction set.</summary>
/// <param name="Name">What it is called.</param>
internal sealed record ArithmeticClass(string Name)
{
    /// <summary>float32; every operation rounds as IEEE 754 says, sums are chains of fused multiply-adds in ascending order.</summary>
    public static ArithmeticClass IeeeFmaAscending { get; } = new("ieee-fma-ascending");

    /// <summary>The same with weights that are bfloat16 numbers.</summary>
    public static ArithmeticClass IeeeFmaOfBFloat16Weights { get; } = new("ieee-fma-bfloat16-weights");

    /// <summary>
    /// Pairs of bfloat16 numbers as AVX512_BF16's vdpbf16ps adds them to a float32: two products, the odd feature's first, each rounded to
    /// nearest even, denormals taken for zero.
    /// </summary>
    public static ArithmeticClass BFloat16Pairs { get; } = new("bfloat16-pairs");

    /// <summary>Exact sums of 8-bit integers, then sum · row scale, rounded, · token scale + bias, rounded once.</summary>
    public static ArithmeticClass ExactInt8 { get; } = new("exact-int8");

    public override string ToString() => Name;
}
