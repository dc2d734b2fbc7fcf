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

    /// <summary>With mean 0 and deviation 1, so that the floats are byte / 255; a border has a mean's colour.</summary>
    public static ImagePreprocessing Preprocessing(JsonElement element)
    {
        int channels = element.Int("channels");
        float[] mean = element.TryGetProperty("mean", out var colour)
            ? [.. colour.EnumerateArray().Select(value => value.GetSingle())]
            : new float[channels];
        float[] one = [.. Enumerable.Repeat(1f, channels)];
        var usual = new ImagePreprocessing(
            element.Int("imageSize"), channels, mean, one, Enum.Parse<ImageResize>(element.Text("resize")), element.Int("resizeSize"),
            Enum.Parse<ImageInterpolation>(element.Text("interpolation")));
        return new ImagePreprocessing(usual.ImageSize, channels, mean, one, usual.Resize, usual.ResizeSize, usual.Interpolation)
        {
            ResizeWidth = element.TryGetProperty("resizeWidth", out var width) ? width.GetInt32() : usual.ResizeWidth,
            CropRounding = element.TryGetProperty("cropRounding", out var rounding)
                ? Enum.Parse<CropRounding>(rounding.GetString()!)
                : usual.CropRounding,
        };
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

    /// <summary>Planar floats in [0, 1], less a mean, back to interleaved bytes.</summary>
    public static byte[] ToInterleaved(float[] planar, int channels, IReadOnlyList<float>? mean = null)
    {
        int plane = planar.Length / channels;
        return [.. Enumerable.Range(0, planar.Length)
            .Select(i => (byte)MathF.Round((planar[(i % channels * plane) + (i / channels)] + (mean?[i % channels] ?? 0)) * 255))];
    }

    private static JsonElement Read()
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("Imaging/resize.json")!;
        return JsonDocument.Parse(stream).RootElement;
    }
}
