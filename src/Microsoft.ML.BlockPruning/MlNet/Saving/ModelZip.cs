using System.Collections.ObjectModel;
using System.IO.Compression;
using Microsoft.ML.BlockPruning.Imaging;

namespace Microsoft.ML.BlockPruning.MlNet.Saving;

/// <summary>Reads a model's zip file once to its end, before ML.NET does, which believes every byte of it.</summary>
internal static class ModelZip
{
    // Weights hardly shrink, and text twentyfold; what grows a hundredfold was made to fill a memory.
    private const long FreeBytes = 64L << 20;
    private const long MaximumGrowth = 100;

    private const int BufferLength = 1 << 16;

    /// <summary>Checks names, lengths and sums of all entries.</summary>
    /// <param name="file">The zip file; stays open.</param>
    /// <param name="path">Its name, for messages.</param>
    /// <exception cref="InvalidDataException">An entry is damaged, or all unpack to more than they may; names it.</exception>
    public static void Check(Stream file, string path)
    {
        long most = FreeBytes + (MaximumGrowth * file.Length);
        using var zip = Open(file, path);
        var entries = EntriesOf(zip, path);
        if (entries.GroupBy(entry => entry.FullName, StringComparer.Ordinal).FirstOrDefault(same => same.Count() > 1)?.Key is { } twice)
        {
            throw new InvalidDataException($"The model '{path}' holds the entry '{twice}' twice: it is damaged, save it again.");
        }

        long total = 0;
        byte[] buffer = new byte[BufferLength];
        foreach (var entry in entries)
        {
            if (entry.Length < 0 || entry.Length > most - total)
            {
                throw new InvalidDataException(
                    $"The model '{path}' unpacks to more than the {most} bytes that a file of {file.Length} bytes may: its entry "
                    + $"'{entry.FullName}' claims {entry.Length}. It is damaged or made to harm; do not use it.");
            }

            CheckEntry(entry, path, buffer);
            total += entry.Length;
        }
    }

    /// <summary>Whether it is what ZipArchive and its streams throw on bytes that are none of theirs; a disk throws others.</summary>
    public static bool IsDamage(Exception error) => error is InvalidDataException or EndOfStreamException or ArgumentException
        or NotSupportedException or OverflowException or IndexOutOfRangeException;

    private static ZipArchive Open(Stream file, string path)
    {
        try
        {
            return new ZipArchive(file, ZipArchiveMode.Read, leaveOpen: true);
        }
        catch (Exception error) when (IsDamage(error))
        {
            throw NoModel(path, error);
        }
    }

    private static ReadOnlyCollection<ZipArchiveEntry> EntriesOf(ZipArchive zip, string path)
    {
        try
        {
            return zip.Entries;
        }
        catch (Exception error) when (IsDamage(error))
        {
            throw NoModel(path, error);
        }
    }

    private static void CheckEntry(ZipArchiveEntry entry, string path, byte[] buffer)
    {
        long read = 0;
        uint sum = Crc32.Empty;
        try
        {
            using var content = entry.Open();
            for (int count; read <= entry.Length && (count = content.Read(buffer)) > 0; read += count)
            {
                sum = Crc32.Append(sum, buffer.AsSpan(0, count));
            }
        }
        catch (Exception error) when (IsDamage(error))
        {
            throw new InvalidDataException(
                $"The model '{path}' is damaged: its entry '{entry.FullName}' does not unpack ({error.Message}) Save or copy it again.",
                error);
        }

        if (read != entry.Length || sum != entry.Crc32)
        {
            throw new InvalidDataException(
                $"The model '{path}' is damaged: its entry '{entry.FullName}' has {read} bytes or more with the sum {sum:x8}, expected "
                + $"{entry.Length} with {entry.Crc32:x8}. Save or copy it again.");
        }
    }

    private static InvalidDataException NoModel(string path, Exception error) => new(
        $"'{path}' is no model that ML.NET saved, or it is cut off: {error.Message} Give the zip file of a whole pipeline.", error);
}
