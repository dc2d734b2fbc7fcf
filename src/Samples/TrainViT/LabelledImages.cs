using System.Buffers.Binary;
using System.IO.Compression;

namespace TrainViT;

/// <summary>Grey images and their classes, from a pair of gzipped IDX files.</summary>
internal sealed class LabelledImages
{
    private LabelledImages(int count, int size, byte[] pixels, byte[] labels)
    {
        Count = count;
        Size = size;
        Pixels = pixels;
        Labels = labels;
    }

    public int Count { get; }

    public int Size { get; }

    public byte[] Pixels { get; }

    public byte[] Labels { get; }

    public static LabelledImages Read(string folder, string prefix)
    {
        byte[] images = Unzip(Path.Combine(folder, $"{prefix}-images-idx3-ubyte.gz"));
        byte[] labels = Unzip(Path.Combine(folder, $"{prefix}-labels-idx1-ubyte.gz"));
        int count = BinaryPrimitives.ReadInt32BigEndian(images.AsSpan(4));
        int size = BinaryPrimitives.ReadInt32BigEndian(images.AsSpan(8));
        return new LabelledImages(count, size, images[16..], labels[8..]);
    }

    private static byte[] Unzip(string path)
    {
        using var source = new GZipStream(File.OpenRead(path), CompressionMode.Decompress);
        using var target = new MemoryStream();
        source.CopyTo(target);
        return target.ToArray();
    }
}
