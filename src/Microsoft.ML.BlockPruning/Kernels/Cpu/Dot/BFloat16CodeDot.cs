using Microsoft.ML.BlockPruning.Kernels.Cpu.Layout;
using Microsoft.ML.BlockPruning.Kernels.Cpu.MachineCode;

namespace Microsoft.ML.BlockPruning.Kernels.Cpu.Dot;

/// <summary>AVX512_BF16 by shipped machine code: .NET has no class for vdpbf16ps.</summary>
internal readonly unsafe struct BFloat16CodeDot : IDotProduct
{
    private static readonly Lazy<PlacedFunction?> Code =
        new(() => PlacedFunction.TryPlace(ShippedFunction.BFloat16Dot, ProcessorFeatures.HasAvx512BFloat16));

    public static bool IsSupported => Code.Value is not null;

    public static DotNumbers Numbers => DotNumbers.BFloat16;

    public static (int Tokens, int Outputs) Tile => (48, 8);

    public static void Pack(float* x, int features, int lanes, byte* packed) => BFloat16Packing.Pack(x, features, lanes, packed);

    public static void Multiply(DotCall* call, int lanes) =>
        ((delegate* unmanaged<DotCall*, void>)Code.Value!.AddressFor(lanes))(call);
}
