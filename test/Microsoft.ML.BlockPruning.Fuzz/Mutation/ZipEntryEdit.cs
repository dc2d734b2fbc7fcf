using System.IO.Compression;

namespace Microsoft.ML.BlockPruning.Fuzz.Mutation;

/// <summary>Changes an entry of this library in a model's zip as its own format is changed; the checksum stays right.</summary>
/// <remarks>ML.NET's own entries stay: with a right checksum nothing of them can be told to be damaged before ML.NET reads them.</remarks>
internal sealed class ZipEntryEdit : IMutator
{
    private static readonly ByteEdits Bytes = new();

    private static readonly Dictionary<string, IMutator[]> ByEntry = new(StringComparer.Ordinal)
    {
        ["Spec"] = [Bytes, new SizeFieldEdit([0, 4, 8, 12, 20, 24, 28, 32, 36, 40, 44, 48], marker: null)],
        ["SparseViT"] =
        [
            Bytes, new SafetensorsHeaderEdit(), new SafetensorsHeaderText(), new SafetensorsMetadataEdit(), new SafetensorsValueEdit(),
        ],
        ["Report"] = [Bytes, new JsonTreeEdit(), new JsonTreeEdit(), new NumberTextEdit()],
    };

    public byte[]? TryMutate(byte[] input, byte[] other, Random random)
    {
        try
        {
            return Mutate(input, random);
        }
        catch (Exception error) when (error is InvalidDataException or EndOfStreamException or NotSupportedException or ArgumentException)
        {
            return null; // no zip any more
        }
    }

    private static byte[]? Mutate(byte[] input, Random random)
    {
        using var file = new MemoryStream();
        file.Write(input);
        using (var zip = new ZipArchive(file, ZipArchiveMode.Update, leaveOpen: true))
        {
            var own = zip.Entries.Where(entry => ByEntry.ContainsKey(entry.Name)).ToList();
            if (own.Count == 0)
            {
                return null;
            }

            var entry = own[random.Next(own.Count)];
            if (random.Next(20) == 0)
            {
                entry.Delete();
            }
            else
            {
                var mutators = ByEntry[entry.Name];
                if (mutators[random.Next(mutators.Length)].TryMutate(Content(entry), [], random) is not { } content)
                {
                    return null;
                }

                using var stream = entry.Open();
                stream.SetLength(0);
                stream.Write(content);
            }
        }

        return file.ToArray();
    }

    private static byte[] Content(ZipArchiveEntry entry)
    {
        using var stream = entry.Open();
        using var copy = new MemoryStream();
        stream.CopyTo(copy);
        return copy.ToArray();
    }
}
