using Microsoft.ML.BlockPruning.Checkpoints.Containers;

namespace Microsoft.ML.BlockPruning.Checkpoints.KeyMaps;

/// <summary>Makes one canonical tensor of the tensors that a file has for it.</summary>
internal interface ITensorTransform
{
    /// <summary>The canonical tensor's sides; nothing is read.</summary>
    /// <param name="file">Holds the sources; names itself in messages.</param>
    /// <param name="sources">The file's tensors in the row's order.</param>
    /// <exception cref="InvalidDataException">They do not go together; names them and their shapes.</exception>
    long[] ShapeOf(ITensorFile file, IReadOnlyList<TensorEntry> sources);

    /// <summary>Reads and transforms.</summary>
    /// <param name="file">Holds the sources.</param>
    /// <param name="sources">The file's tensors in the row's order.</param>
    /// <param name="destination">[product of the sides that <see cref="ShapeOf"/> gives], written.</param>
    void Read(ITensorFile file, IReadOnlyList<TensorEntry> sources, Span<float> destination);

    /// <summary>The other way: the numbers of one of the file's tensors, out of the canonical one's.</summary>
    /// <param name="canonical">All numbers, row-major.</param>
    /// <param name="place">The file's tensor in the row's order.</param>
    /// <param name="places">How many there are.</param>
    /// <exception cref="NotSupportedException">There is no other way.</exception>
    float[] PartOf(float[] canonical, int place, int places) =>
        throw new NotSupportedException($"A tensor of the kind {GetType().Name} is not written back; save the network under timm's names.");
}

/// <summary>The tensor as it is, straight into its place.</summary>
internal sealed class KeepTensor : ITensorTransform
{
    public static KeepTensor Instance { get; } = new();

    /// <inheritdoc/>
    public long[] ShapeOf(ITensorFile file, IReadOnlyList<TensorEntry> sources) => sources[0].Shape;

    /// <inheritdoc/>
    public void Read(ITensorFile file, IReadOnlyList<TensorEntry> sources, Span<float> destination) =>
        file.ReadSingles(sources[0].Name, destination);

    /// <inheritdoc/>
    public float[] PartOf(float[] canonical, int place, int places) => canonical;
}
