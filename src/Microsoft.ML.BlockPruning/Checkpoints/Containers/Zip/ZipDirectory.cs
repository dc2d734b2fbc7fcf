using System.Buffers.Binary;
using System.Text;

namespace Microsoft.ML.BlockPruning.Checkpoints.Containers.Zip;

/// <summary>The directory at the end of a zip archive (APPNOTE.TXT 6.3.10): where entries lie, so that they are read in place.</summary>
/// <remarks>
/// .NET's <c>ZipArchive</c> tells no entry's place and streams it from its beginning, so that views of one storage would be read again and
/// again. Nothing is unpacked here: an archive can ask for no more memory than it has bytes. Archives and entries above 4 GB (zip64) are
/// read; those of several disks, encrypted entries and such as overlap are not.
/// </remarks>
internal static class ZipDirectory
{
    private const int EntryBytes = 46;
    private const uint EntrySignature = 0x02014b50;
    private const uint Zip64 = uint.MaxValue;
    private const ushort Zip64Field = 1;

    /// <summary>Reads the directory.</summary>
    /// <param name="stream">The whole file.</param>
    /// <param name="source">What messages call it.</param>
    /// <returns>The entries by name.</returns>
    /// <exception cref="InvalidDataException">The directory is missing or damaged, or entries overlap.</exception>
    public static IReadOnlyDictionary<string, ZipPlace> Read(Stream stream, string source)
    {
        try
        {
            var end = ZipEnd.Find(stream);
            byte[] directory = new byte[end.DirectoryBytes];
            stream.Position = end.DirectoryStart;
            stream.ReadExactly(directory);
            var listed = ListedIn(directory).OrderBy(entry => entry.HeaderStart).ToList();
            return listed.Count == end.Entries
                ? Placed(stream, listed, end.DirectoryStart)
                : throw new FormatException($"says it has {end.Entries} entries, but lists {listed.Count}");
        }
        catch (FormatException error)
        {
            throw new InvalidDataException($"{source}: the zip directory {error.Message}. Fetch the file again.", error);
        }
    }

    private static List<ListedEntry> ListedIn(ReadOnlySpan<byte> directory)
    {
        var entries = new List<ListedEntry>();
        while (directory.Length > 0)
        {
            if (directory.Length < EntryBytes || BinaryPrimitives.ReadUInt32LittleEndian(directory) != EntrySignature)
            {
                throw Damaged();
            }

            int nameBytes = BinaryPrimitives.ReadUInt16LittleEndian(directory[28..]);
            int extraBytes = BinaryPrimitives.ReadUInt16LittleEndian(directory[30..]);
            int bytes = EntryBytes + nameBytes + extraBytes + BinaryPrimitives.ReadUInt16LittleEndian(directory[32..]);
            if (bytes > directory.Length)
            {
                throw Damaged();
            }

            entries.Add(EntryOf(directory, directory.Slice(EntryBytes, nameBytes), directory.Slice(EntryBytes + nameBytes, extraBytes)));
            directory = directory[bytes..];
        }

        return entries;
    }

    private static ListedEntry EntryOf(ReadOnlySpan<byte> header, ReadOnlySpan<byte> name, ReadOnlySpan<byte> extra)
    {
        int flags = BinaryPrimitives.ReadUInt16LittleEndian(header[8..]), method = BinaryPrimitives.ReadUInt16LittleEndian(header[10..]);
        uint packed = BinaryPrimitives.ReadUInt32LittleEndian(header[20..]), full = BinaryPrimitives.ReadUInt32LittleEndian(header[24..]);
        uint start = BinaryPrimitives.ReadUInt32LittleEndian(header[42..]);

        // The fields of zip64 stand in this order, and only those that did not fit.
        var large = LargeFields(extra);
        long fullBytes = Next(full, ref large), packedBytes = Next(packed, ref large), headerStart = Next(start, ref large);
        string? obstacle = (flags & 1) != 0 ? "is encrypted" : method != 0 ? "is compressed" : null;
        if (obstacle is null && packedBytes != fullBytes)
        {
            throw Damaged();
        }

        return new ListedEntry(Encoding.UTF8.GetString(name), headerStart, packedBytes, obstacle);
    }

    private static ReadOnlySpan<byte> LargeFields(ReadOnlySpan<byte> extra)
    {
        while (extra.Length >= 4)
        {
            int bytes = BinaryPrimitives.ReadUInt16LittleEndian(extra[2..]);
            if (bytes > extra.Length - 4)
            {
                return default; // some writers leave a rest that is no field
            }

            if (BinaryPrimitives.ReadUInt16LittleEndian(extra) == Zip64Field)
            {
                return extra.Slice(4, bytes);
            }

            extra = extra[(4 + bytes)..];
        }

        return default;
    }

    private static long Next(uint value, ref ReadOnlySpan<byte> large)
    {
        if (value != Zip64)
        {
            return value;
        }

        long taken = large.Length >= sizeof(long) ? BinaryPrimitives.ReadInt64LittleEndian(large) : throw Damaged();
        large = large[sizeof(long)..];
        return taken >= 0 ? taken : throw Damaged();
    }

    private static Dictionary<string, ZipPlace> Placed(Stream stream, List<ListedEntry> listed, long directoryStart)
    {
        var places = new Dictionary<string, ZipPlace>(StringComparer.Ordinal);
        long free = 0;
        foreach (var entry in listed)
        {
            long content = entry.HeaderStart >= free ? ZipLocalHeader.Skip(stream, entry.HeaderStart, entry.Name) : throw Overlap(entry);
            if (entry.Bytes > directoryStart - content)
            {
                throw Overlap(entry);
            }

            free = content + entry.Bytes;
            if (!places.TryAdd(entry.Name, new ZipPlace(entry.Name, content, entry.Bytes, entry.Obstacle)))
            {
                throw new FormatException($"lists '{entry.Name}' twice");
            }
        }

        return places;
    }

    private static FormatException Damaged() => new("is damaged");

    private static FormatException Overlap(ListedEntry entry) => new($"lists '{entry.Name}', which reaches into what lies beside it");

    private sealed record ListedEntry(string Name, long HeaderStart, long Bytes, string? Obstacle);
}
