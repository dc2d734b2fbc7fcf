namespace Microsoft.ML.BlockPruning.Kernels.Cpu.Dot;

/// <summary>A product of packed weights and packed activations on one instruction set.</summary>
/// <remarks>Pointers and runs come from <see cref="PackedDot"/>, which has checked them, and from nowhere else.</remarks>
internal unsafe interface IDotProduct
{
    /// <summary>Whether this processor has the instructions, and the system lets them be called.</summary>
    static abstract bool IsSupported { get; }

    /// <summary>How the numbers lie.</summary>
    static abstract DotNumbers Numbers { get; }

    /// <summary>Tokens by output features of the micro-kernel.</summary>
    static abstract (int Tokens, int Outputs) Tile { get; }

    /// <summary>Lays one panel down as <see cref="Multiply"/> reads it.</summary>
    /// <param name="x">[features, lanes] float32.</param>
    /// <param name="features">Features of a token.</param>
    /// <param name="lanes">Tokens: 16, 32 or 48.</param>
    /// <param name="packed">
    /// [lanes · <see cref="DotNumbers.TokenBytes"/>]: scales of the tokens, where there are any, then [group][lanes] of four bytes.
    /// </param>
    static abstract void Pack(float* x, int features, int lanes, byte* packed);

    /// <summary>y = W x + b.</summary>
    /// <param name="call">Strips, panel and where to write.</param>
    /// <param name="lanes">Tokens of the panel: 16, 32 or 48.</param>
    static abstract void Multiply(DotCall* call, int lanes);
}
