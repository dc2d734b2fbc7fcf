namespace Microsoft.ML.BlockPruning.Kernels.Cpu.Isa;

/// <summary>Three neighbouring vectors of tokens.</summary>
internal readonly struct Vectors3<TVector>(TVector a, TVector b, TVector c)
    where TVector : struct
{
    public readonly TVector A = a;

    public readonly TVector B = b;

    public readonly TVector C = c;
}
