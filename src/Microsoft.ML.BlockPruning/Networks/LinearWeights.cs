namespace Microsoft.ML.BlockPruning.Networks;

/// <summary>A linear layer y = x Wᵀ + b.</summary>
internal sealed class LinearWeights
{
    /// <summary>Creates a layer of zeros.</summary>
    /// <param name="name">timm's name without <c>.weight</c> or <c>.bias</c>, such as <c>blocks.0.attn.qkv</c>.</param>
    /// <param name="outFeatures">Rows of the weight.</param>
    /// <param name="inFeatures">Columns of the weight.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number of features is not positive.</exception>
    public LinearWeights(string name, int outFeatures, int inFeatures)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(outFeatures);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(inFeatures);
        Name = name;
        OutFeatures = outFeatures;
        InFeatures = inFeatures;
        Weight = new float[checked(outFeatures * inFeatures)];
        Bias = new float[outFeatures];
    }

    /// <summary>timm's name without <c>.weight</c> or <c>.bias</c>.</summary>
    public string Name { get; }

    /// <summary>Rows of the weight.</summary>
    public int OutFeatures { get; }

    /// <summary>Columns of the weight.</summary>
    public int InFeatures { get; }

    /// <summary>[outFeatures, inFeatures] float32, row-major.</summary>
    public float[] Weight { get; }

    /// <summary>[outFeatures] float32.</summary>
    public float[] Bias { get; }
}
