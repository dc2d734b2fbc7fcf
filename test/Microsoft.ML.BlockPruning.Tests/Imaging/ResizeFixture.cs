using System.Reflection;
using System.Text.Json;
using Microsoft.ML.BlockPruning.Imaging;
using Microsoft.ML.Data;

namespace Microsoft.ML.BlockPruning.Tests.Imaging;

/// <summary>What Pillow makes of images; written by eng/fixtures/make-resize-fixture.py.</summary>
internal static class ResizeFixture
{
    private static readonly JsonElement Root = Read();

    public static IReadOnlyList<JsonElement> Cases { get; } = [.. Root.GetProperty("cases").EnumerateArray()];

    public static IReadOnlyList<JsonElement> Encoded { get; } = [.. Root.GetProperty("encoded").EnumerateArray()];

    public static int Int(this JsonElement element, string name) => element.GetProperty(name).GetInt32();

    public static byte[] Bytes(this JsonElement element, string name) => element.GetProperty(name).GetBytesFromBase64();

    public static string Text(this JsonElement element, string name) => element.GetProperty(name).GetString()!;

    /// <summary>With mean 0 and deviation 1, so that the floats are byte / 255.</summary>
    public static ImagePreprocessing Preprocessing(JsonElement element)
    {
        int channels = element.Int("channels");
        float[] zero = new float[channels];
        float[] one = [.. Enumerable.Repeat(1f, channels)];
        return new ImagePreprocessing(
            element.Int("imageSize"), channels, zero, one, Enum.Parse<ImageResize>(element.Text("resize")), element.Int("resizeSize"),
            Enum.Parse<ImageInterpolation>(element.Text("interpolation")));
    }

    public static MLImage Image(byte[] rgb, int width, int height, MLPixelFormat format)
    {
        byte[] pixels = new byte[width * height * 4];
        int red = format == MLPixelFormat.Bgra32 ? 2 : 0;
        for (int i = 0; i < width * height; i++)
        {
            pixels[(i * 4) + red] = rgb[i * 3];
            pixels[(i * 4) + 1] = rgb[(i * 3) + 1];
            pixels[(i * 4) + 2 - red] = rgb[(i * 3) + 2];
            pixels[(i * 4) + 3] = 255;
        }

        return MLImage.CreateFromPixels(width, height, format, pixels);
    }

    /// <summary>Planar floats in [0, 1] back to interleaved bytes.</summary>
    public static byte[] ToInterleaved(float[] planar, int channels)
    {
        int plane = planar.Length / channels;
        return [.. Enumerable.Range(0, planar.Length)
            .Select(i => (byte)MathF.Round(planar[(i % channels * plane) + (i / channels)] * 255))];
    }

    private static JsonElement Read()
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("Imaging/resize.json")!;
        return JsonDocument.Parse(stream).RootElement;
    }
}
