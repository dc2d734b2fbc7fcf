using System.Runtime.Intrinsics.X86;

namespace Microsoft.ML.BlockPruning.Kernels.Cpu.MachineCode;

/// <summary>What the processor has and .NET 10 has no class for (CPUID leaf 7; Intel SDM, volume 2).</summary>
/// <remarks>
/// .NET's own answer for AVX-512BW stands for the rest: the system saves 512-bit registers, and nobody switched AVX-512 off.
/// </remarks>
internal static class ProcessorFeatures
{
    /// <summary>vpdpbusd with 512 bits.</summary>
    public static bool HasAvx512Vnni => Avx512BW.IsSupported && Bit(Leaf(7, 0).Ecx, 11);

    /// <summary>vdpbf16ps with 512 bits.</summary>
    public static bool HasAvx512BFloat16 => Avx512BW.IsSupported && Bit(Leaf(7, 1).Eax, 5);

    private static bool Bit(int value, int bit) => ((value >> bit) & 1) != 0;

    // A sub-leaf exists where leaf 7 says so in eax.
    private static (int Eax, int Ebx, int Ecx, int Edx) Leaf(int leaf, int sub) =>
        X86Base.IsSupported && X86Base.CpuId(0, 0).Eax >= leaf && (sub == 0 || X86Base.CpuId(leaf, 0).Eax >= sub)
            ? X86Base.CpuId(leaf, sub)
            : default;
}
