using System.Runtime.Intrinsics;
using Microsoft.ML.BlockPruning.Kernels.Cpu.MachineCode;

namespace Microsoft.ML.BlockPruning.Kernels.Cpu.Dot;

/// <summary>AVX512_VNNI by shipped machine code: .NET 10 has no class for 512-bit vpdpbusd.</summary>
internal readonly unsafe struct VnniCodeDot : IDotProduct
{
    private static readonly Lazy<PlacedFunction?> Code =
        new(() => PlacedFunction.TryPlace(ShippedFunction.Int8Dot, ProcessorFeatures.HasAvx512Vnni));

    public static bool IsSupported => Code.Value is not null;

    public static DotNumbers Numbers => DotNumbers.Bytes;

    public static (int Tokens, int Outputs) Tile => (48, 8);

    public static void Pack(float* x, int features, int lanes, byte* packed) =>
        Int8Packing<Avx512Quantizer, Vector512<int>>.Pack(x, features, lanes, packed);

    public static void Multiply(DotCall* call, int lanes) =>
        ((delegate* unmanaged<DotCall*, void>)Code.Value!.AddressFor(lanes))(call);
}
