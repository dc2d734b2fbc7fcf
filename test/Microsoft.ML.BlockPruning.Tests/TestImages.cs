using Microsoft.ML.Data;

namespace Microsoft.ML.BlockPruning.Tests;

/// <summary>Images of one colour with noise, [size, size, 3] RGB, and the rows that hold them.</summary>
internal static class TestImages
{
    public static byte[] Rgb(int seed, int size = TestNetworks.ImageSize)
    {
        var random = new Random(seed);
        byte[] color = new byte[3];
        random.NextBytes(color);
        byte[] rgb = new byte[size * size * 3];
        for (int i = 0; i < rgb.Length; i++)
        {
            rgb[i] = (byte)Math.Clamp(color[i % 3] + random.Next(-40, 40), 0, 255);
        }

        return rgb;
    }

    public static MLImage Image(byte[] rgb, int size = TestNetworks.ImageSize)
    {
        byte[] pixels = new byte[size * size * 4];
        for (int i = 0; i < size * size; i++)
        {
            pixels[i * 4] = rgb[(i * 3) + 2];
            pixels[(i * 4) + 1] = rgb[(i * 3) + 1];
            pixels[(i * 4) + 2] = rgb[i * 3];
            pixels[(i * 4) + 3] = 255;
        }

        return MLImage.CreateFromPixels(size, size, MLPixelFormat.Bgra32, pixels);
    }

    /// <summary>[3, size, size] values of 0 to 255.</summary>
    public static float[] Planar(byte[] rgb)
    {
        int plane = rgb.Length / 3;
        return [.. Enumerable.Range(0, rgb.Length).Select(i => (float)rgb[(i % plane * 3) + (i / plane)])];
    }

    /// <summary>What a network of <see cref="TestNetworks.Preprocessing"/> reads of <see cref="Rgb"/>, computed here.</summary>
    public static float[] Normalized(int seed) => [.. Planar(Rgb(seed)).Select(value => ((value / 255f) - 0.5f) / 0.5f)];

    /// <summary>A PNG file.</summary>
    public static byte[] Encoded(byte[] rgb, int size = TestNetworks.ImageSize)
    {
        string path = Path.Combine(Path.GetTempPath(), $"blockpruning-tests-{Guid.NewGuid():N}.png");
        using (var image = Image(rgb, size))
        {
            image.Save(path);
        }

        byte[] file = File.ReadAllBytes(path);
        File.Delete(path);
        return file;
    }

    public static List<ImageRow> ImageRows(int count, params string[] labels) =>
        Rows(count, labels, (rgb, label, id) => new ImageRow { Image = Image(rgb), Label = label, Id = id });

    public static List<EncodedRow> EncodedRows(int count, params string[] labels) =>
        Rows(count, labels, (rgb, label, id) => new EncodedRow { Image = Encoded(rgb), Label = label, Id = id });

    public static List<PixelsRow> PixelsRows(int count, params string[] labels) =>
        Rows(count, labels, (rgb, label, id) => new PixelsRow { Image = Planar(rgb), Label = label, Id = id });

    private static List<T> Rows<T>(int count, string[] labels, Func<byte[], string, int, T> create) =>
        [.. Enumerable.Range(0, count).Select(i => create(Rgb(i), labels.Length == 0 ? "" : labels[i % labels.Length], i))];
}
