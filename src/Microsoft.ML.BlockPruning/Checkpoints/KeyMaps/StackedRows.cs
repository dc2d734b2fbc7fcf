using Microsoft.ML.BlockPruning.Checkpoints.Containers;

namespace Microsoft.ML.BlockPruning.Checkpoints.KeyMaps;

/// <summary>Tensors of the same sides, one after another along the first of them: query, key and value in one.</summary>
internal sealed class StackedRows : ITensorTransform
{
    public static StackedRows Instance { get; } = new();

    /// <inheritdoc/>
    public long[] ShapeOf(ITensorFile file, IReadOnlyList<TensorEntry> sources)
    {
        var first = sources[0];
        if (first.Shape.Length == 0 || sources.FirstOrDefault(source => !source.Shape.SequenceEqual(first.Shape)) is not null)
        {
            var other = sources.FirstOrDefault(source => !source.Shape.SequenceEqual(first.Shape)) ?? first;
            throw new InvalidDataException(
                $"{file.Source}: tensor '{first.Name}' is {first.Describe()} and '{other.Name}' is {other.Describe()}, expected the same "
                + "sides of all of which one is made.");
        }

        // Within a file's tensors no side reaches 2^62: each is of floats that the file holds, or one of its sides is 0.
        return first.Shape[0] <= int.MaxValue
            ? [first.Shape[0] * sources.Count, .. first.Shape.Skip(1)]
            : throw new InvalidDataException(
                $"{file.Source}: tensor '{first.Name}' is {first.Describe()}, expected sides of at most {int.MaxValue}.");
    }

    /// <inheritdoc/>
    public void Read(ITensorFile file, IReadOnlyList<TensorEntry> sources, Span<float> destination)
    {
        int part = destination.Length / sources.Count;
        for (int i = 0; i < sources.Count; i++)
        {
            file.ReadSingles(sources[i].Name, destination.Slice(i * part, part));
        }
    }

    /// <inheritdoc/>
    public float[] PartOf(float[] canonical, int place, int places)
    {
        int part = canonical.Length / places;
        return canonical[(place * part)..((place + 1) * part)];
    }
}
