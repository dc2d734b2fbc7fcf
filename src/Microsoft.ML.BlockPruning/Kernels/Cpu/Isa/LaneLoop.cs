namespace Microsoft.ML.BlockPruning.Kernels.Cpu.Isa;

/// <summary>An algorithm down the lanes of a panel: three vectors of tokens at a time, then two or one for the rest.</summary>
internal static class LaneLoop<TIsa, TVector>
    where TIsa : struct, IVectorIsa<TVector>
    where TVector : struct
{
    public static void Run<TAlgorithm>(TAlgorithm algorithm, int lanes)
        where TAlgorithm : struct, ILaneAlgorithm
    {
        int lane = 0;
        for (; lane + (3 * TIsa.Width) <= lanes; lane += 3 * TIsa.Width)
        {
            algorithm.Run<Wide3Isa<TIsa, TVector>, Vectors3<TVector>>(lane);
        }

        if (lane + (2 * TIsa.Width) <= lanes)
        {
            algorithm.Run<Wide2Isa<TIsa, TVector>, Vectors2<TVector>>(lane);
            lane += 2 * TIsa.Width;
        }

        if (lane < lanes)
        {
            algorithm.Run<TIsa, TVector>(lane);
        }
    }
}

/// <summary>Work on the tokens of a panel that one (wide) vector holds. Its fields are its arguments.</summary>
internal interface ILaneAlgorithm
{
    /// <summary>Works on the <c>TIsa.Width</c> tokens from <paramref name="lane"/> on.</summary>
    void Run<TIsa, TVector>(int lane)
        where TIsa : struct, IVectorIsa<TVector>
        where TVector : struct;
}
