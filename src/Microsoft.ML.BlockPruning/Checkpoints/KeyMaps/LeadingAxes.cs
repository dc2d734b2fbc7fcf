using Microsoft.ML.BlockPruning.Checkpoints.Containers;

namespace Microsoft.ML.BlockPruning.Checkpoints.KeyMaps;

/// <summary>The same numbers under more sides: ones go before those of the file, until there are three.</summary>
/// <remarks>Tokens are [1, 1, features] and positions [1, tokens, features]; an embedding's table has no axis of images.</remarks>
internal sealed class LeadingAxes : ITensorTransform
{
    private const int Rank = 3;

    public static LeadingAxes Instance { get; } = new();

    /// <inheritdoc/>
    public long[] ShapeOf(ITensorFile file, IReadOnlyList<TensorEntry> sources) =>
        [.. Enumerable.Repeat(1L, Math.Max(0, Rank - sources[0].Shape.Length)), .. sources[0].Shape];

    /// <inheritdoc/>
    public void Read(ITensorFile file, IReadOnlyList<TensorEntry> sources, Span<float> destination) =>
        file.ReadSingles(sources[0].Name, destination);

    /// <inheritdoc/>
    public float[] PartOf(float[] canonical, int place, int places) => canonical;
}
