using System.IO.Compression;

namespace Microsoft.ML.BlockPruning.Fuzz.Mutation;

/// <summary>Changes what a gzip file holds, so that its checksum stays right; now and then it holds far more than it should.</summary>
internal sealed class GzipContentEdit : IMutator
{
    private const int Bomb = 96 << 20;
    private const int LargestContent = 1 << 18;
    private const int OneIn = 500;
    private static readonly ByteEdits Bytes = new();
    private static readonly SizeFieldEdit Sizes = new([2, 4, 6, 8, 10, 12, 14], marker: null);

    public byte[]? TryMutate(byte[] input, byte[] other, Random random)
    {
        byte[] content;
        try
        {
            using var zipped = new GZipStream(new MemoryStream(input), CompressionMode.Decompress);
            byte[] unzipped = new byte[LargestContent];
            content = unzipped[..zipped.ReadAtLeast(unzipped, LargestContent, throwOnEndOfStream: false)];
        }
        catch (InvalidDataException)
        {
            return null;
        }

        if (random.Next(OneIn) == 0)
        {
            return Zip([.. content, .. new byte[Bomb]]);
        }

        return (random.Next(2) == 0 ? Bytes : (IMutator)Sizes).TryMutate(content, [], random) is { } edited ? Zip(edited) : null;
    }

    /// <summary>A gzip file of the content.</summary>
    public static byte[] Zip(byte[] content)
    {
        using var file = new MemoryStream();
        using (var zip = new GZipStream(file, CompressionLevel.Fastest, leaveOpen: true))
        {
            zip.Write(content);
        }

        return file.ToArray();
    }
}
