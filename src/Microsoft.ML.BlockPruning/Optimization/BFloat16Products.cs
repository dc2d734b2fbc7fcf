using System.Runtime.Intrinsics.X86;
using Microsoft.ML.BlockPruning.Torch;

namespace Microsoft.ML.BlockPruning.Optimization;

/// <summary>Whether this processor multiplies bfloat16 in hardware; where it does not, libtorch's products are many times slower.</summary>
internal static class BFloat16Products
{
    // CPUID leaf 7 (Intel SDM vol. 2A, table 3-8): subleaf 1, EAX bit 5: AVX512_BF16; subleaf 0, EDX bit 22: AMX-BF16.
    private const int ExtendedFeatures = 7;
    private const int Avx512BFloat16 = 1 << 5;
    private const int AmxBFloat16 = 1 << 22;

    public static bool AreFast { get; } = X86Base.IsSupported
        && X86Base.CpuId(0, 0).Eax >= ExtendedFeatures
        && ((X86Base.CpuId(ExtendedFeatures, 1).Eax & Avx512BFloat16) != 0 || (X86Base.CpuId(ExtendedFeatures, 0).Edx & AmxBFloat16) != 0);

    /// <summary>What training computes in where nobody has said.</summary>
    /// <remarks>Every GPU that is chosen multiplies bfloat16: its compute capability is 8.0 at least.</remarks>
    public static FineTunePrecision FastestPrecision => AreFast || !TorchDevice.Current.IsCpu
        ? FineTunePrecision.Mixed : FineTunePrecision.Full;
}
