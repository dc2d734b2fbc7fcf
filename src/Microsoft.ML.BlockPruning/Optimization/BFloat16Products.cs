using System.Runtime.Intrinsics.X86;
using Microsoft.ML.BlockPruning.Torch;

namespace Microsoft.ML.BlockPruning.Optimization;

/// <summary>Whether libtorch's products of bfloat16 take less time than those of float32 on this processor.</summary>
/// <remarks>
/// With AMX they take a fraction. With AVX512_BF16 alone it is the vendor that decides: on AMD's, where libtorch's float32 products use
/// half of the vector, they pay; on Intel's (Emerald Rapids, AMX hidden) they run at 40 G multiply-adds a second against 75.
/// </remarks>
internal static class BFloat16Products
{
    // CPUID leaf 7 (Intel SDM vol. 2A, table 3-8): subleaf 1, EAX bit 5: AVX512_BF16; subleaf 0, EDX bit 22: AMX-BF16. Leaf 0: EBX, EDX,
    // ECX spell the vendor, EBX its first four letters.
    private const int ExtendedFeatures = 7;
    private const int Avx512BFloat16 = 1 << 5;
    private const int AmxBFloat16 = 1 << 22;
    private const int Genu = 0x756E6547; // of GenuineIntel

    public static bool AreFast { get; } = X86Base.IsSupported
        && X86Base.CpuId(0, 0).Eax >= ExtendedFeatures
        && (HasAmx || (HasVectors && X86Base.CpuId(0, 0).Ebx != Genu));

    /// <summary>What training computes in where nobody has said.</summary>
    /// <remarks>Every GPU that is chosen multiplies bfloat16: its compute capability is 8.0 at least.</remarks>
    public static FineTunePrecision FastestPrecision => AreFast || !TorchDevice.Current.IsCpu
        ? FineTunePrecision.Mixed : FineTunePrecision.Full;

    private static bool HasVectors => (X86Base.CpuId(ExtendedFeatures, 1).Eax & Avx512BFloat16) != 0;

    private static bool HasAmx => (X86Base.CpuId(ExtendedFeatures, 0).Edx & AmxBFloat16) != 0;
}
