namespace Microsoft.ML.BlockPruning.Kernels.Cpu.Isa;

/// <summary>What an instruction set gives the algorithms: arithmetic on a vector of tokens, one token a lane.</summary>
/// <typeparam name="TVector">The vector: <c>Vector512</c>, <c>Vector256</c>, a float, or two or three of these side by side.</typeparam>
/// <remarks>
/// Every operation works lane by lane and rounds as IEEE 754 says (the product-sum once), so an algorithm gives the same bits on every
/// instruction set. NaN goes through: <see cref="Max"/> and <see cref="Min"/> return <c>b</c> where either side is NaN, as MAXPS does.
/// </remarks>
internal unsafe interface IVectorIsa<TVector>
    where TVector : struct
{
    static abstract bool IsSupported { get; }

    /// <summary>Lanes of a vector.</summary>
    static abstract int Width { get; }

    /// <summary>Output features whose sums fit the registers beside three vectors of x: 8 with 32 registers, 4 with 16.</summary>
    static abstract int MicrokernelRows { get; }

    static abstract TVector Load(float* source);

    static abstract void Store(TVector value, float* destination);

    static abstract TVector Broadcast(float value);

    /// <summary>Asks for the cache line of an address, which may lie outside of any array: it never faults and changes no result.</summary>
    static abstract void Prefetch(float* address);

    /// <summary>a · b + c, rounded once.</summary>
    static abstract TVector FusedMultiplyAdd(TVector a, TVector b, TVector c);

    static abstract TVector Add(TVector a, TVector b);

    static abstract TVector Subtract(TVector a, TVector b);

    static abstract TVector Multiply(TVector a, TVector b);

    static abstract TVector Divide(TVector a, TVector b);

    static abstract TVector SquareRoot(TVector value);

    /// <summary>a &gt; b ? a : b.</summary>
    static abstract TVector Max(TVector a, TVector b);

    /// <summary>a &lt; b ? a : b.</summary>
    static abstract TVector Min(TVector a, TVector b);

    /// <summary>The float whose exponent field is the low eight bits of each lane's bit pattern, and whose other bits are zero.</summary>
    static abstract TVector ExponentFromLowBits(TVector value);
}
