using System.Buffers.Binary;
using System.IO.Compression;
using Microsoft.ML.BlockPruning.Files;

namespace FashionMnist;

/// <summary>Reads IDX files of unsigned bytes, gzipped or plain, and writes gzipped ones, the format of MNIST and Fashion-MNIST.</summary>
/// <remarks>
/// Layout (LeCun, "The MNIST database", section "the IDX file format"): two zero bytes, the element type (8 = unsigned byte), the rank,
/// one big-endian int32 per dimension, then the elements in row-major order.
/// </remarks>
public static class IdxFile
{
    private const int ImageMagic = 0x0803;
    private const int LabelMagic = 0x0801;
    private const long MaximumBytes = 1L << 30;
    private const int MaximumGrowth = 1032; // of deflate: 258 bytes of two bits
    private const int FirstLook = 4096;

    /// <summary>Reads images.</summary>
    /// <param name="path">An IDX file of rank 3, gzipped or plain.</param>
    /// <returns>All images of the file.</returns>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="InvalidDataException">
    /// The file is damaged gzip, not IDX of that rank, not as long as it says, or longer than 1 GiB.
    /// </exception>
    public static IdxImages ReadImages(string path)
    {
        var (dims, pixels) = Read(path, ImageMagic, rank: 3);
        return new IdxImages(dims[0], dims[1], dims[2], pixels);
    }

    /// <summary>Reads class labels.</summary>
    /// <param name="path">An IDX file of rank 1, gzipped or plain.</param>
    /// <returns>One class index per image.</returns>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="InvalidDataException">
    /// The file is damaged gzip, not IDX of that rank, not as long as it says, or longer than 1 GiB.
    /// </exception>
    public static byte[] ReadLabels(string path) => Read(path, LabelMagic, rank: 1).Elements;

    /// <summary>Writes images.</summary>
    /// <param name="images">What to write.</param>
    /// <param name="path">The gzipped IDX file to create or replace.</param>
    public static void WriteImages(IdxImages images, string path)
    {
        ArgumentNullException.ThrowIfNull(images);
        Write(path, ImageMagic, [images.Count, images.Height, images.Width], images.Pixels);
    }

    /// <summary>Writes class labels.</summary>
    /// <param name="labels">One class index per image.</param>
    /// <param name="path">The gzipped IDX file to create or replace.</param>
    public static void WriteLabels(byte[] labels, string path)
    {
        ArgumentNullException.ThrowIfNull(labels);
        Write(path, LabelMagic, [labels.Length], labels);
    }

    // The header first: it says how much may be unpacked, and is held against what the file can hold before memory is taken.
    private static (int[] Dims, byte[] Elements) Read(string path, int magic, int rank)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        using var file = RegularFile.Open(path);
        bool isZipped = file.ReadByte() == 0x1f && file.ReadByte() == 0x8b; // RFC 1952, 2.3.1: how gzip begins; IDX begins with zeros
        file.Position = 0;
        using Stream content = isZipped ? new GZipStream(file, CompressionMode.Decompress) : file;
        int[] dims = ReadHeader(content, path, magic, rank);
        byte[] elements = ReadElements(content, path, dims, Math.Min(MaximumBytes, file.Length * (isZipped ? MaximumGrowth : 1)));
        if (isZipped)
        {
            CheckEnd(file, path, (uint)(HeaderLength(rank) + elements.Length));
        }

        return (dims, elements);
    }

    // RFC 1952, 2.3.1: gzip ends with the length of its content. Cut off behind the last element, it still unpacks to all of them.
    private static void CheckEnd(FileStream file, string path, uint length)
    {
        byte[] end = new byte[sizeof(uint)];
        file.Seek(-end.Length, SeekOrigin.End);
        file.ReadExactly(end);
        uint named = BinaryPrimitives.ReadUInt32LittleEndian(end);
        if (named != length)
        {
            throw new InvalidDataException($"{path} is not a whole gzip file: its end names {named} bytes, not {length}.");
        }
    }

    private static int[] ReadHeader(Stream content, string path, int magic, int rank)
    {
        byte[] header = new byte[HeaderLength(rank)];
        int length = Fill(content, path, header);
        if (length < header.Length)
        {
            throw new InvalidDataException($"{path} holds {length} bytes; an IDX header of rank {rank} takes {header.Length}.");
        }

        int found = BinaryPrimitives.ReadInt32BigEndian(header);
        if (found != magic)
        {
            throw new InvalidDataException(
                $"{path} starts with 0x{found:x8}, not 0x{magic:x8}: it is not an IDX file of bytes with {rank} dimension(s).");
        }

        int[] dims = new int[rank];
        for (int i = 0; i < rank; i++)
        {
            dims[i] = BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(HeaderLength(i)));
            if (dims[i] < 0 || (i > 0 && dims[i] == 0))
            {
                throw new InvalidDataException($"{path}: dimension {i} is {dims[i]}, expected {(i > 0 ? 1 : 0)} or more.");
            }
        }

        return dims;
    }

    private static byte[] ReadElements(Stream content, string path, int[] dims, long most)
    {
        // Int128: three int32 dimensions can exceed a long.
        var expected = dims.Aggregate(Int128.One, (product, dim) => product * dim);
        string claim = $"{path} says {string.Join('x', dims)} = {expected} bytes";
        if (expected > most)
        {
            byte[] first = new byte[FirstLook];
            int few = Fill(content, path, first);
            throw new InvalidDataException(few < first.Length
                ? $"{claim}, but {few} follow its header."
                : $"{claim}, but a file of its length holds {most} at most ({MaximumBytes} is the limit).");
        }

        byte[] elements = new byte[(long)expected];
        int length = Fill(content, path, elements);
        int more = Fill(content, path, new byte[1]);
        return length == expected && more == 0
            ? elements
            : throw new InvalidDataException($"{claim}, but {(long)length + more}{(more > 0 ? " or more" : "")} follow its header.");
    }

    private static int Fill(Stream content, string path, Span<byte> buffer)
    {
        try
        {
            return content.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
        }
        catch (InvalidDataException notGzip)
        {
            throw new InvalidDataException($"{path} is not a whole gzip file: {notGzip.Message}", notGzip);
        }
    }

    private static void Write(string path, int magic, ReadOnlySpan<int> dims, byte[] elements)
    {
        byte[] header = new byte[HeaderLength(dims.Length)];
        BinaryPrimitives.WriteInt32BigEndian(header, magic);
        for (int i = 0; i < dims.Length; i++)
        {
            BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(HeaderLength(i)), dims[i]);
        }

        AtomicFile.Write(path, file =>
        {
            using var zipped = new GZipStream(file, CompressionLevel.SmallestSize, leaveOpen: true);
            zipped.Write(header);
            zipped.Write(elements);
        });
    }

    // Magic number and `rank` dimensions.
    private static int HeaderLength(int rank) => sizeof(int) * (1 + rank);
}
