namespace Microsoft.ML.BlockPruning.Checkpoints.Containers.Sharded;

/// <summary>The tensors of several files that an index makes one of.</summary>
/// <param name="source">What messages call the index.</param>
/// <param name="shards">Every file, open.</param>
/// <param name="places">Every tensor and the file that holds it, in the index's order.</param>
/// <param name="notes">What was passed over.</param>
internal sealed class ShardedFile(
    string source, IReadOnlyList<ITensorFile> shards, OrderedDictionary<string, ITensorFile> places, IReadOnlyList<string> notes)
    : ITensorFile
{
    /// <inheritdoc/>
    public string Source => source;

    /// <summary>The first shard's: who writes several writes the same into each.</summary>
    public IReadOnlyDictionary<string, string> Metadata => shards[0].Metadata;

    /// <inheritdoc/>
    public IReadOnlyList<string> Notes => notes;

    /// <inheritdoc/>
    public IReadOnlyCollection<string> Names => places.Keys;

    /// <inheritdoc/>
    public TensorEntry? Find(string name) => places.TryGetValue(name, out var shard) ? shard.Find(name) : null;

    /// <summary>Holds every shard against its own.</summary>
    public bool VerifyChecksum() => shards.Aggregate(false, (any, shard) => shard.VerifyChecksum() | any);

    /// <inheritdoc/>
    public float[] ReadSingles(string name) => ShardOf(name).ReadSingles(name);

    /// <inheritdoc/>
    public void ReadSingles(string name, Span<float> destination) => ShardOf(name).ReadSingles(name, destination);

    /// <inheritdoc/>
    public int[] ReadInt32s(string name) => ShardOf(name).ReadInt32s(name);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var shard in shards)
        {
            shard.Dispose();
        }
    }

    private ITensorFile ShardOf(string name) => places.TryGetValue(name, out var shard)
        ? shard
        : throw new InvalidDataException($"{source}: there is no tensor '{name}' among its {places.Count} tensors.");
}
