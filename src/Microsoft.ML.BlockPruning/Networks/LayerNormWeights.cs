namespace Microsoft.ML.BlockPruning.Networks;

/// <summary>A LayerNorm over the features of a token: y = (x − mean) / √(variance + eps) · scale + offset.</summary>
internal sealed class LayerNormWeights
{
    /// <summary>Creates a norm with scale one and offset zero.</summary>
    /// <param name="name">timm's name without <c>.weight</c> or <c>.bias</c>, such as <c>blocks.0.norm1</c>.</param>
    /// <param name="features">Features of a token.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no feature.</exception>
    public LayerNormWeights(string name, int features)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(features);
        Name = name;
        Scale = new float[features];
        Offset = new float[features];
        Array.Fill(Scale, 1f);
    }

    /// <summary>timm's name without <c>.weight</c> or <c>.bias</c>.</summary>
    public string Name { get; }

    /// <summary>[features] float32, the checkpoint's <c>.weight</c>.</summary>
    public float[] Scale { get; }

    /// <summary>[features] float32, the checkpoint's <c>.bias</c>.</summary>
    public float[] Offset { get; }
}
