namespace Microsoft.ML.BlockPruning.Kernels.Cpu.Dot;

/// <summary>What an instruction set gives the product of 8-bit integers: int32 sums of a vector of tokens.</summary>
/// <typeparam name="TVector">Int32 sums, and lanes of activations and weights.</typeparam>
internal unsafe interface IInt8Isa<TVector> : IInt8Quantizer<TVector>
    where TVector : struct
{
    static abstract TVector Load(byte* lanes);

    /// <summary>sum + Σ x · w over the features of a lane, exact.</summary>
    static abstract TVector MultiplyAdd(TVector sum, TVector x, TVector w);

    /// <summary>y = sum · rowScale, rounded, · tokenScales + bias, rounded once.</summary>
    static abstract void Store(TVector sum, float rowScale, float* tokenScales, float bias, float* y);
}
