namespace Microsoft.ML.BlockPruning.Kernels.Cpu.Dot;

/// <summary>What an instruction set gives the rounding of activations to 8-bit integers; a lane is a token.</summary>
/// <typeparam name="TVector">32 bits a lane.</typeparam>
internal unsafe interface IInt8Quantizer<TVector>
    where TVector : struct
{
    static abstract bool IsSupported { get; }

    /// <summary>How numbers lie in a lane.</summary>
    static abstract DotNumbers Numbers { get; }

    /// <summary>Tokens of a vector.</summary>
    static abstract int Width { get; }

    static abstract TVector Broadcast(int value);

    /// <summary>max(largest, |x|) of each token; NaN is larger than any number.</summary>
    static abstract TVector MaxMagnitude(TVector largest, float* x);

    /// <summary>The larger of two magnitudes.</summary>
    static abstract TVector Larger(TVector a, TVector b);

    /// <summary>The scale of each token, see <see cref="TokenScale"/>.</summary>
    /// <param name="largest">Largest magnitude.</param>
    /// <param name="scale">Written.</param>
    /// <returns>1 / scale, or zero.</returns>
    static abstract TVector Scale(TVector largest, float* scale);

    /// <summary>Stores one group of features as integers: x · inverse to nearest, ties to even, and the offset of activations.</summary>
    /// <param name="x">The group's first feature.</param>
    /// <param name="stride">Floats from a feature to the next.</param>
    /// <param name="inverse">What <see cref="Scale"/> gave.</param>
    /// <param name="lanes">Written.</param>
    static abstract void Quantize(float* x, nint stride, TVector inverse, byte* lanes);
}
