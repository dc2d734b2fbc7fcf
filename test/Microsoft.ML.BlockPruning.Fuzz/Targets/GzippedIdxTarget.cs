using System.Buffers.Binary;
using System.IO.Compression;
using Microsoft.ML.BlockPruning.Fuzz.Mutation;

namespace Microsoft.ML.BlockPruning.Fuzz.Targets;

/// <summary>The same, gzipped: the file tells nothing of its content before it is unzipped, so it is read as both.</summary>
internal sealed class GzippedIdxTarget : IFuzzTarget
{
    private readonly ScratchFile _file = new("idx.gz");

    public string Name => "idx-gzip";

    public IReadOnlyList<Type> Documented { get; } = [typeof(InvalidDataException)];

    public IReadOnlyList<IMutator> Mutators { get; } = [new GzipContentEdit()];

    public IReadOnlyList<string> Cases { get; } = [];

    public IEnumerable<byte[]> Seeds() => [GzipContentEdit.Zip(IdxTarget.Plain(rank: 3)), GzipContentEdit.Zip(IdxTarget.Plain(rank: 1))];

    public void Read(byte[] content)
    {
        string path = _file.With(content);
        long allocated = GC.GetAllocatedBytesForCurrentThread();
        InvalidDataException? refused = null;
        try
        {
            ReadEither(path);
        }
        catch (InvalidDataException error)
        {
            refused = error;
        }

        // Twice, with copies on the way.
        long taken = GC.GetAllocatedBytesForCurrentThread() - allocated, most = (8 * Promised(content)) + (8 * content.Length) + (1 << 20);
        if (taken > most)
        {
            throw new UnsoundException("The content takes far more memory than its header allows.", refused);
        }

        if (refused is not null)
        {
            throw refused;
        }
    }

    private static void ReadEither(string path)
    {
        try
        {
            IdxTarget.Read(path, isLabels: true);
        }
        catch (InvalidDataException)
        {
            // Not labels; the images' reader is to say what it is.
            IdxTarget.Read(path, isLabels: false);
        }
    }

    /// <summary>Bytes that the header speaks of; what it says beyond that is never read.</summary>
    private static long Promised(byte[] content)
    {
        byte[] header = new byte[16];
        try
        {
            using var unzipped = new GZipStream(new MemoryStream(content), CompressionMode.Decompress);
            int length = unzipped.ReadAtLeast(header, header.Length, throwOnEndOfStream: false);
            int rank = header[3];
            Int128 size = 1;
            for (int i = 1; i <= rank && (i + 1) * 4 <= length; i++)
            {
                size *= Math.Max(0, BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(i * 4)));
            }

            return (long)Int128.Min(size, int.MaxValue);
        }
        catch (InvalidDataException)
        {
            return 0;
        }
    }
}
