using Microsoft.ML.BlockPruning.Checkpoints.Containers.Pickles;
using Microsoft.ML.BlockPruning.Checkpoints.Containers.Zip;

namespace Microsoft.ML.BlockPruning.Checkpoints.Containers.PyTorch;

/// <summary>What <c>torch.save</c> writes since torch 1.6: a zip archive of a folder with a pickle and a file for each storage.</summary>
internal sealed class TorchZipContainer : IContainer
{
    private const string Pickle = "data.pkl";

    /// <inheritdoc/>
    public string Name => "PyTorch";

    /// <inheritdoc/>
    public bool Takes(ReadOnlySpan<byte> start) => start.StartsWith("PK\u0003\u0004"u8) || start.StartsWith("PK\u0005\u0006"u8);

    /// <inheritdoc/>
    public ITensorFile Open(string path) => TorchFile.Open(path, Open);

    private static TorchFile Open(FileStream stream, string source)
    {
        var entries = ZipDirectory.Read(stream, source);
        if (ForeignArchive.Of(entries) is { } foreign)
        {
            throw new InvalidDataException($"{source}: it is {foreign.Name}, expected a PyTorch file of tensors. {foreign.WayOut}.");
        }

        var pickle = entries.Values.First(entry => ForeignArchive.IsPickle(entry.Name));
        string folder = pickle.Name[..^Pickle.Length];
        Require(pickle, source);
        RequireLittleEndian(stream, entries.GetValueOrDefault($"{folder}byteorder"), source);
        stream.Position = pickle.Position;
        var rules = new TorchRules(source);
        object? root = PickleMachine.Read(stream, pickle.Length, rules, source);
        var storages = new Dictionary<string, StoragePlace>(StringComparer.Ordinal);
        foreach (var storage in rules.Storages.Values)
        {
            if (entries.TryGetValue($"{folder}data/{storage.Key}", out var place))
            {
                Require(place, source);
                storages.Add(storage.Key, new StoragePlace(place.Position, place.Length));
            }
        }

        return new TorchFile(stream, source, root, storages);
    }

    private static void Require(ZipPlace place, string source)
    {
        if (place.Obstacle is { } obstacle)
        {
            throw new InvalidDataException(
                $"{source}: its entry '{place.Name}' {obstacle}, expected as it is: torch packs nothing. Fetch the file again.");
        }
    }

    // torch 2 writes it; before that all files are little-endian.
    private static void RequireLittleEndian(FileStream stream, ZipPlace? order, string source)
    {
        var expected = "little"u8;
        if (order is null)
        {
            return;
        }

        Require(order, source);
        Span<byte> found = stackalloc byte[expected.Length];
        stream.Position = order.Position;
        if (order.Length != expected.Length || stream.ReadAtLeast(found, found.Length, throwOnEndOfStream: false) < found.Length
            || !found.SequenceEqual(expected))
        {
            throw TorchFile.OfBigEndian(source);
        }
    }
}
