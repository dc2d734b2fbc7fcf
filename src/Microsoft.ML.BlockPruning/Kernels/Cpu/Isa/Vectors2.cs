namespace Microsoft.ML.BlockPruning.Kernels.Cpu.Isa;

/// <summary>Two neighbouring vectors of tokens.</summary>
internal readonly struct Vectors2<TVector>(TVector a, TVector b)
    where TVector : struct
{
    public readonly TVector A = a;

    public readonly TVector B = b;
}
