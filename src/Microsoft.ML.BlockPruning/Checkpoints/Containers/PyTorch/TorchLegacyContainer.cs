using System.Buffers.Binary;
using System.Numerics;
using Microsoft.ML.BlockPruning.Checkpoints.Containers.Pickles;

namespace Microsoft.ML.BlockPruning.Checkpoints.Containers.PyTorch;

/// <summary>What <c>torch.save</c> wrote before torch 1.6: pickles one after the other, then the storages.</summary>
/// <remarks>
/// Five pickles (torch/serialization.py, _legacy_save): a magic number, the protocol, the system, the object, the list of storages' keys.
/// Then for each key the number of elements (int64) and these.
/// </remarks>
internal sealed class TorchLegacyContainer : IContainer
{
    private const long Protocol = 1001;

    // 119547037146038801333356
    private static readonly BigInteger Magic = (new BigInteger(0x1950) << 64) + 0xa86a20f9469cfc6c;

    /// <inheritdoc/>
    public string Name => "PyTorch";

    /// <summary>The magic number's bytes, or its digits, behind a few of the pickle's own.</summary>
    public bool Takes(ReadOnlySpan<byte> start)
    {
        const int within = 40;
        ReadOnlySpan<byte> magic = [0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19];
        var head = start[..Math.Min(within, start.Length)];
        return head.IndexOf(magic) >= 0 || head.StartsWith("L119547037146038801333356L\n"u8);
    }

    /// <inheritdoc/>
    public ITensorFile Open(string path) => TorchFile.Open(path, Open);

    private static TorchFile Open(FileStream stream, string source)
    {
        var rules = new TorchRules(source);
        bool isTorchs = Next() is BigInteger magic && magic == Magic && Next() is long protocol && protocol == Protocol;
        if (!isTorchs || Next() is not PickledDict system)
        {
            throw new InvalidDataException(
                $"{source}: it begins as a file of torch's and goes on otherwise. The file is damaged; fetch it again.");
        }

        if (system.Find("little_endian") is false)
        {
            throw TorchFile.OfBigEndian(source);
        }

        object? root = Next();
        var keys = Next() as PickledList;
        return new TorchFile(stream, source, root, PlacesOf(stream, keys?.Items ?? [], rules, source));

        object? Next() => PickleMachine.Read(stream, stream.Length - stream.Position, rules, source);
    }

    private static Dictionary<string, StoragePlace> PlacesOf(
        FileStream stream, List<object?> keys, TorchRules rules, string source)
    {
        var places = new Dictionary<string, StoragePlace>(StringComparer.Ordinal);
        Span<byte> count = stackalloc byte[sizeof(long)];
        foreach (object? key in keys)
        {
            if (key is not string name || !rules.Storages.TryGetValue(name, out var storage) || places.ContainsKey(name)
                || TorchType.OfStorage(storage.Type.Storage) is null)
            {
                throw new InvalidDataException(
                    $"{source}: its list of storages names one that no tensor has, of no known type, or one twice. The file is damaged; "
                    + "fetch it again.");
            }

            long elements = stream.ReadAtLeast(count, count.Length, throwOnEndOfStream: false) == count.Length
                ? BinaryPrimitives.ReadInt64LittleEndian(count)
                : -1;
            if (elements < 0 || elements > (stream.Length - stream.Position) / storage.Type.Size)
            {
                throw new InvalidDataException($"{source} is cut off: the storage '{name}' is not in it as a whole. Fetch the file again.");
            }

            places.Add(name, new StoragePlace(stream.Position, elements * storage.Type.Size));
            stream.Position += elements * storage.Type.Size;
        }

        return places;
    }
}
