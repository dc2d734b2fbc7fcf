namespace Microsoft.ML.BlockPruning.Checkpoints.Containers.Sharded;

/// <summary>An index and the files that it names: <c>model.safetensors.index.json</c>, <c>pytorch_model.bin.index.json</c>.</summary>
/// <param name="shards">What a shard may be; no index.</param>
internal sealed class ShardedContainer(IReadOnlyList<IContainer> shards) : IContainer
{
    private const int Most = 5; // names in a note

    /// <inheritdoc/>
    public string Name => shards[^1].Name;

    /// <summary>A JSON text; whether it is an index, <see cref="Open"/> says.</summary>
    public bool Takes(ReadOnlySpan<byte> start)
    {
        ReadOnlySpan<byte> mark = [0xEF, 0xBB, 0xBF];
        return (start.StartsWith(mark) ? start[mark.Length..] : start).TrimStart(" \t\r\n"u8).StartsWith("{"u8);
    }

    /// <inheritdoc/>
    public ITensorFile Open(string path)
    {
        string source = $"'{path}'";
        var index = ShardIndex.Read(path, source);
        if (index.Shards.Count == 0)
        {
            throw new InvalidDataException($"{source}: the index names no tensor. Fetch it again.");
        }

        var folder = new ShardFolder(path, source);
        var detector = new ContainerDetector(shards);
        var files = new OrderedDictionary<string, ITensorFile>(StringComparer.Ordinal);
        try
        {
            foreach (string name in index.Shards.Select(entry => entry.Value).Distinct(StringComparer.Ordinal))
            {
                files.Add(name, detector.Open(folder.Find(name)));
            }

            return FileOf(source, index, files);
        }
        catch
        {
            foreach (var file in files.Values)
            {
                file.Dispose();
            }

            throw;
        }
    }

    private static ShardedFile FileOf(string source, ShardIndex index, OrderedDictionary<string, ITensorFile> files)
    {
        var places = new OrderedDictionary<string, ITensorFile>(index.Shards.Count, StringComparer.Ordinal);
        foreach (var (tensor, shard) in index.Shards)
        {
            places.Add(tensor, files[shard].Find(tensor) is not null ? files[shard] : throw new InvalidDataException(
                $"{source} says '{tensor}' is in '{shard}', which has no such tensor. Fetch the folder again: its files are of two "
                + "networks."));
        }

        List<string> notes = [.. files.Values.SelectMany(file => file.Notes)], unnamed = [];
        foreach (var (shard, file) in files)
        {
            foreach (string tensor in file.Names)
            {
                if (!places.TryGetValue(tensor, out var place))
                {
                    unnamed.Add(tensor);
                }
                else if (place != file)
                {
                    throw new InvalidDataException(
                        $"{source}: '{tensor}' is in '{shard}' too, but the index names another shard for it. Fetch the folder again.");
                }
            }
        }

        if (unnamed.Count > 0)
        {
            string rest = unnamed.Count > Most ? ", ..." : "";
            notes.Add($"{unnamed.Count} tensors of the shards are not in the index and were not read: "
                + $"{string.Join(", ", unnamed.Take(Most))}{rest}.");
        }

        return new ShardedFile(source, [.. files.Values], places, notes);
    }
}
