using System.IO.Compression;

namespace SameBits;

/// <summary>An image of the bundled files and its class.</summary>
internal sealed class ImageRow
{
    public const int Pixels = 28 * 28;

    private const int ImageHeader = 16; // of an IDX file of rank 3: magic number and three dimensions
    private const int LabelHeader = 8;

    /// <summary>[height, width], 0 to 255.</summary>
    public required float[] Image { get; init; }

    public required string Label { get; init; }

    /// <summary>The first images of a pair of gzipped IDX files.</summary>
    public static IReadOnlyList<ImageRow> Read(string folder, string prefix, IReadOnlyList<string> classes, int count)
    {
        byte[] images = Unzip(Path.Combine(folder, $"{prefix}-images-idx3-ubyte.gz"), ImageHeader + (count * Pixels));
        byte[] labels = Unzip(Path.Combine(folder, $"{prefix}-labels-idx1-ubyte.gz"), LabelHeader + count);
        return
        [
            .. Enumerable.Range(0, count).Select(i => new ImageRow
            {
                Image = Array.ConvertAll(images[(ImageHeader + (i * Pixels))..(ImageHeader + ((i + 1) * Pixels))], pixel => (float)pixel),
                Label = classes[labels[LabelHeader + i]],
            }),
        ];
    }

    private static byte[] Unzip(string path, int length)
    {
        using var content = new GZipStream(File.OpenRead(path), CompressionMode.Decompress);
        byte[] bytes = new byte[length];
        content.ReadExactly(bytes);
        return bytes;
    }
}
