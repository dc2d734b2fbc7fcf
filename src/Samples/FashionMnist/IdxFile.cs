using System.Buffers.Binary;
using System.IO.Compression;

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

    /// <summary>Reads images.</summary>
    /// <param name="path">An IDX file of rank 3, gzipped or plain.</param>
    /// <returns>All images of the file.</returns>
    /// <exception cref="InvalidDataException">The file is damaged gzip, not IDX of that rank, or not as long as it says.</exception>
    public static IdxImages ReadImages(string path)
    {
        byte[] content = ReadContent(path);
        int[] dims = ReadHeader(content, path, ImageMagic, rank: 3);
        return new IdxImages(dims[0], dims[1], dims[2], Elements(content, path, dims));
    }

    /// <summary>Reads class labels.</summary>
    /// <param name="path">An IDX file of rank 1, gzipped or plain.</param>
    /// <returns>One class index per image.</returns>
    /// <exception cref="InvalidDataException">The file is damaged gzip, not IDX of that rank, or not as long as it says.</exception>
    public static byte[] ReadLabels(string path)
    {
        byte[] content = ReadContent(path);
        return Elements(content, path, ReadHeader(content, path, LabelMagic, rank: 1));
    }

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

    private static byte[] ReadContent(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        byte[] file = File.ReadAllBytes(path);
        return file is [0x1f, 0x8b, ..] ? Unzip(file, path) : file; // RFC 1952, 2.3.1: how gzip begins; IDX begins with zeros
    }

    private static byte[] Unzip(byte[] file, string path)
    {
        using var unzipped = new GZipStream(new MemoryStream(file), CompressionMode.Decompress);
        using var content = new MemoryStream();
        try
        {
            unzipped.CopyTo(content);
        }
        catch (InvalidDataException notGzip)
        {
            throw new InvalidDataException($"{path} is not a whole gzip file: {notGzip.Message}", notGzip);
        }

        return content.ToArray();
    }

    private static int[] ReadHeader(ReadOnlySpan<byte> content, string path, int magic, int rank)
    {
        int length = HeaderLength(rank);
        if (content.Length < length)
        {
            throw new InvalidDataException($"{path} holds {content.Length} bytes; an IDX header of rank {rank} takes {length}.");
        }

        int found = BinaryPrimitives.ReadInt32BigEndian(content);
        if (found != magic)
        {
            throw new InvalidDataException(
                $"{path} starts with 0x{found:x8}, not 0x{magic:x8}: it is not an IDX file of bytes with {rank} dimension(s).");
        }

        int[] dims = new int[rank];
        for (int i = 0; i < rank; i++)
        {
            dims[i] = BinaryPrimitives.ReadInt32BigEndian(content[HeaderLength(i)..]);
            if (dims[i] < 0 || (i > 0 && dims[i] == 0))
            {
                throw new InvalidDataException($"{path}: dimension {i} is {dims[i]}.");
            }
        }

        return dims;
    }

    private static byte[] Elements(byte[] content, string path, int[] dims)
    {
        // Int128: three int32 dimensions can exceed a long.
        var expected = dims.Aggregate(Int128.One, (product, dim) => product * dim);
        int start = HeaderLength(dims.Length);
        if (expected != content.Length - start)
        {
            string shape = string.Join('x', dims);
            throw new InvalidDataException($"{path} says {shape} = {expected} bytes, but {content.Length - start} follow its header.");
        }

        return content[start..];
    }

    private static void Write(string path, int magic, ReadOnlySpan<int> dims, byte[] elements)
    {
        byte[] header = new byte[HeaderLength(dims.Length)];
        BinaryPrimitives.WriteInt32BigEndian(header, magic);
        for (int i = 0; i < dims.Length; i++)
        {
            BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(HeaderLength(i)), dims[i]);
        }

        using var zipped = new GZipStream(File.Create(path), CompressionLevel.SmallestSize);
        zipped.Write(header);
        zipped.Write(elements);
    }

    // Magic number and `rank` dimensions.
    private static int HeaderLength(int rank) => sizeof(int) * (1 + rank);
}
