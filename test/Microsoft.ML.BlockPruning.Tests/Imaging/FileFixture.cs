using System.Reflection;
using System.Text.Json;

namespace Microsoft.ML.BlockPruning.Tests.Imaging;

/// <summary>Image files and what Pillow sees in them; written by eng/fixtures/make-image-fixture.py.</summary>
internal static class FileFixture
{
    public const int Size = 12;

    private static readonly JsonElement Root = Read();

    public static IReadOnlyList<JsonElement> Files { get; } = [.. Root.GetProperty("files").EnumerateArray()];

    public static IReadOnlyList<JsonElement> Turned { get; } = [.. Root.GetProperty("turned").EnumerateArray()];

    /// <summary>Grey of 16 bits: 16 · 257 · x at column x.</summary>
    public static byte[] Grey16 => Root.Bytes("grey16");

    public static byte[] Named(string name) => Files.Single(file => file.Text("name") == name).Bytes("bytes");

    private static JsonElement Read()
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("Imaging/files.json")!;
        return JsonDocument.Parse(stream).RootElement;
    }
}
