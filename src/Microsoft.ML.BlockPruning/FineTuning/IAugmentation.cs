namespace Microsoft.ML.BlockPruning.FineTuning;

/// <summary>Changes a training image at random, so that no two epochs see the same.</summary>
internal interface IAugmentation
{
    /// <summary>Writes one changed image; all its chance comes from the given generator.</summary>
    /// <param name="image">[channels, size, size], normalised.</param>
    /// <param name="target">Of the same shape; written throughout.</param>
    /// <param name="random">Seeded by the caller.</param>
    void Apply(ReadOnlySpan<float> image, Span<float> target, Random random);
}
