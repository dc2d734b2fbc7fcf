namespace Microsoft.ML.BlockPruning.Kernels.Cpu.Isa;

/// <summary>Work on the tokens of a panel that one (wide) vector holds. Its fields are its arguments.</summary>
internal interface ILaneAlgorithm
{
    /// <summary>Works on the <c>TIsa.Width</c> tokens from <paramref name="lane"/> on.</summary>
    void Run<TIsa, TVector>(int lane)
        where TIsa : struct, IVectorIsa<TVector>
        where TVector : struct;
}
