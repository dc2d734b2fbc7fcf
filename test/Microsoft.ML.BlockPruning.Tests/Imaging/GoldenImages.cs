using System.Buffers.Binary;
using System.Text.Json;
using Microsoft.ML.BlockPruning.Checkpoints.Containers.Safetensors;
using Microsoft.ML.BlockPruning.Imaging;
using Microsoft.ML.BlockPruning.Tests.Gates;

namespace Microsoft.ML.BlockPruning.Tests.Imaging;

/// <summary>Golden/images.json: what Pillow, torchvision's transforms and Hugging Face's rules make of files.</summary>
internal static class GoldenImages
{
    private static readonly string Folder = Path.Combine(RepositoryFiles.Root, "test/Microsoft.ML.BlockPruning.Tests/Golden");

    private static readonly JsonElement[] Entries =
        [.. JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Folder, "images.json"))).RootElement.GetProperty("entries").EnumerateArray()];

    /// <summary>The names of the expected bytes of all entries of a kind that have some.</summary>
    public static IEnumerable<object[]> NamesOf(string kind, Func<JsonElement, bool>? isWanted = null) =>
        from entry in Entries
        where entry.Text("kind") == kind && entry.GetProperty("expect").ValueKind == JsonValueKind.String
        where isWanted?.Invoke(entry) ?? true
        select new object[] { entry.Text("expect") };

    public static JsonElement Find(string expect) => Entries.Single(entry => entry.GetProperty("expect").ValueEquals(expect));

    public static byte[] Image(JsonElement entry) => File.ReadAllBytes(Path.Combine(Folder, entry.Text("file")));

    /// <summary>The expected bytes, interleaved, with their height and width.</summary>
    public static (byte[] Bytes, int Height, int Width) Bytes(JsonElement entry, string key = "expect")
    {
        // Bytes are no number format of networks, so the reader of tensors has none for them.
        byte[] file = File.ReadAllBytes(Path.Combine(Folder, entry.Text($"{key}_file")));
        int header = checked((int)BinaryPrimitives.ReadUInt64LittleEndian(file));
        using var json = JsonDocument.Parse(file.AsMemory(8, header));
        var tensor = json.RootElement.GetProperty(entry.Text(key));
        int[] Numbers(string name) => [.. tensor.GetProperty(name).EnumerateArray().Select(number => number.GetInt32())];
        int[] shape = Numbers("shape"), ends = Numbers("data_offsets");
        return (file[(8 + header + ends[0])..(8 + header + ends[1])], shape[0], shape[1]);
    }

    /// <summary>The expected floats, [3, size, size].</summary>
    public static float[] Floats(JsonElement entry)
    {
        using var file = SafetensorsFile.Open(Path.Combine(Folder, entry.Text("expect_file")));
        return file.ReadSingles(entry.Text("expect"));
    }

    /// <summary>What an entry asks for, spelled as this library's preprocessing.</summary>
    /// <param name="entry">Of images.json.</param>
    /// <param name="mean">[3].</param>
    /// <param name="std">[3].</param>
    public static ImagePreprocessing Preprocessing(JsonElement entry, float[] mean, float[] std)
    {
        int size = entry.Int("size");
        var filter = Enum.Parse<ImageInterpolation>(entry.Text("filter"), ignoreCase: true);
        int OfFraction() => (int)Math.Floor(size / entry.GetProperty("crop_pct").GetDouble());
        var (resize, target, rounding) = entry.Text("how") switch
        {
            "timm center" => (ImageResize.ShortestSide, OfFraction(), CropRounding.HalfToEven),
            "timm squash" => (ImageResize.Exact, OfFraction(), CropRounding.HalfToEven),
            "hf exact" => (ImageResize.Exact, size, CropRounding.Down),
            "hf exact crop" => (ImageResize.Exact, entry.Int("short"), CropRounding.Down),
            "hf shortest" => (ImageResize.ShortestSide, entry.Int("short"), CropRounding.Down),
            var other => throw new InvalidDataException(other),
        };
        return new ImagePreprocessing(size, 3, mean, std, resize, target, filter) { CropRounding = rounding };
    }
}
