using Microsoft.ML.BlockPruning.Formats;

namespace Microsoft.ML.BlockPruning.Kernels.Cpu.Dot;

/// <summary>How the numbers of a product lie in lanes of four bytes.</summary>
/// <param name="Format">What they mean.</param>
/// <param name="Group">Input features in a lane.</param>
/// <param name="ActivationOffset">What is added to an activation to store it.</param>
internal sealed record DotNumbers(ProductFormat Format, int Group, int ActivationOffset)
{
    /// <summary>Largest magnitude of an 8-bit number; −128 is not used, so that negation stays inside.</summary>
    public const int LargestInt8 = 127;

    /// <summary>255 · 127 · features stays below 2³¹.</summary>
    public const int MostInt8Features = 65_536;

    /// <summary>Pairs of bfloat16: what vdpbf16ps multiplies.</summary>
    public static DotNumbers BFloat16 { get; } = new(ProductFormat.BFloat16, Group: 2, ActivationOffset: 0);

    /// <summary>Four weights of a signed byte by four activations of an unsigned one: what vpdpbusd multiplies.</summary>
    public static DotNumbers Bytes { get; } = new(ProductFormat.Int8, Group: 4, ActivationOffset: 128);

    /// <summary>The same integers in pairs of 16 bits: what vpmaddwd multiplies, without the saturation of vpmaddubsw.</summary>
    public static DotNumbers Words { get; } = new(ProductFormat.Int8, Group: 2, ActivationOffset: 0);

    /// <summary>Whether weights have a scale for each row and activations one for each token.</summary>
    public bool HasScales => Format == ProductFormat.Int8;

    /// <summary>Lanes of a token with so many features.</summary>
    public int GroupsOf(int features) => (features + Group - 1) / Group;

    /// <summary>Bytes of a packed token: its scale, where there are any, then its lanes.</summary>
    public int TokenBytes(int features) => sizeof(float) * (GroupsOf(features) + (HasScales ? 1 : 0));
}
