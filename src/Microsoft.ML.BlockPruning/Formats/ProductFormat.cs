namespace Microsoft.ML.BlockPruning.Formats;

#pragma warning disable CA1720 // the field's words

/// <summary>In what numbers the products of a linear layer are computed; what goes in and what comes out is float32 in each.</summary>
public enum ProductFormat
{
    /// <summary>float32 throughout.</summary>
    Float32,

    /// <summary>
    /// Weights and activations rounded to bfloat16, sums in float32. Where the processor has no such product, the weights alone.
    /// </summary>
    BFloat16,

    /// <summary>
    /// Weights as 8-bit integers with a scale for each output, activations as 8-bit integers with a scale for each token; sums are exact.
    /// </summary>
    Int8,
}
