using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Microsoft.ML.BlockPruning.Imaging;
using Microsoft.ML.BlockPruning.Models;
using Microsoft.ML.BlockPruning.Networks;
using Microsoft.ML.BlockPruning.Networks.Families;

namespace Microsoft.ML.BlockPruning.Tests.Models;

/// <summary>What the compiler generates for the metadata writes, takes and says what System.Text.Json does by reflection, which wrote the
/// files of before.</summary>
[TestClass]
public sealed class MetadataJsonTests
{
    private static readonly JsonSerializerOptions ByReflection = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        AllowDuplicateProperties = false,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase, allowIntegerValues: false) },
        TypeInfoResolver = new DefaultJsonTypeInfoResolver(),
    };

    private static readonly JsonSerializerOptions Usual = new() { TypeInfoResolver = new DefaultJsonTypeInfoResolver() };

    private static readonly PixelMetadata Turned = new(
        [0.1f, 1e-8f], [0.25f, 1f / 3], ImageResize.ShortestSide, 256, ImageInterpolation.Bilinear, ApplyOrientation: true);

    private static readonly string[] Labels = ["cat", "\"owl\"", "Käfer 虫 <b>", "\ud83d\udc1e"];

    [TestMethod]
    public void Text_IsWhatReflectionWrites()
    {
        foreach (var spec in new[] { ToyFamily.Spec, MergingFamily.Spec, ViT.Of(TestNetworks.Config(isDistilled: true)) })
        {
            var content = new MetadataJson<NetworkSpec>(2, spec, Turned, Labels);
            Assert.AreEqual(
                JsonSerializer.Serialize(content, ByReflection),
                JsonSerializer.Serialize(content, MetadataJsonContext.Strict.MetadataJsonNetworkSpec));
        }

        var ofViT = new MetadataJson<ViTHyperParameters>(
            1, ViTHyperParameters.Of(TestNetworks.Config()), Turned with { ApplyOrientation = false }, Labels);
        string text = JsonSerializer.Serialize(ofViT, MetadataJsonContext.Strict.MetadataJsonViTHyperParameters);
        Assert.AreEqual(JsonSerializer.Serialize(ofViT, ByReflection), text);
        Assert.AreEqual(
            JsonSerializer.Serialize<IReadOnlyList<string>>(Labels, Usual),
            JsonSerializer.Serialize(Labels, MetadataJsonContext.Default.StringArray));
    }

    /// <summary>What was not there from the beginning is written where it is not the default, so that all other files keep their bytes.
    /// </summary>
    [TestMethod]
    [DataRow(ImageResize.Exact, 9, 9, CropRounding.Down, false)]
    [DataRow(ImageResize.ShortestSide, 9, 9, CropRounding.HalfToEven, false)]
    [DataRow(ImageResize.None, 8, 8, CropRounding.HalfToEven, false)]
    [DataRow(ImageResize.Exact, 9, 9, CropRounding.HalfToEven, true)]
    [DataRow(ImageResize.Exact, 9, 11, CropRounding.Down, true)]
    [DataRow(ImageResize.ShortestSide, 9, 9, CropRounding.Down, true)]
    public void Pixels_ComeBack_AndSayTheirDefaultsInSilence(ImageResize resize, int height, int width, CropRounding rounding, bool isSaid)
    {
        var pixels = new ImagePreprocessing(8, 1, [0.1f], [0.2f], resize, height, ImageInterpolation.Lanczos)
        {
            ResizeWidth = width,
            CropRounding = rounding,
        };
        var content = new MetadataJson<NetworkSpec>(2, ToyFamily.Spec, PixelMetadata.Of(pixels), Labels);

        string text = JsonSerializer.Serialize(content, MetadataJsonContext.Strict.MetadataJsonNetworkSpec);
        var read = JsonSerializer.Deserialize(text, MetadataJsonContext.Strict.MetadataJsonNetworkSpec)!.Preprocessing.For(8, 1);

        string[] later = ["resizeWidth", "cropRounding"];
        Assert.AreEqual(isSaid, later.Any(key => text.Contains(key, StringComparison.Ordinal)));
        Assert.AreEqual(
            (resize, height, width, rounding, ImageInterpolation.Lanczos),
            (read.Resize, read.ResizeSize, read.ResizeWidth, read.CropRounding, read.Interpolation));
    }

    /// <summary>Cut at every character, and with members renamed, nulled and doubled: refused with the same words, or taken.</summary>
    [TestMethod]
    public void DamagedText_IsRefusedWithTheWordsOfReflection()
    {
        int refused = AssertSameAnswers(
            new MetadataJson<NetworkSpec>(2, ToyFamily.Spec, Turned, Labels), MetadataJsonContext.Strict.MetadataJsonNetworkSpec);
        refused += AssertSameAnswers(
            new MetadataJson<ViTHyperParameters>(1, ViTHyperParameters.Of(TestNetworks.Config()), Turned, Labels),
            MetadataJsonContext.Strict.MetadataJsonViTHyperParameters);

        Assert.IsGreaterThan(500, refused);
    }

    private static int AssertSameAnswers<T>(T content, JsonTypeInfo<T> generated)
    {
        string text = JsonSerializer.Serialize(content, generated);
        int refused = 0;
        foreach (string damaged in Damaged(text))
        {
            string expected = AnswerOf(() => JsonSerializer.Deserialize<T>(damaged, ByReflection));
            Assert.AreEqual(expected, AnswerOf(() => JsonSerializer.Deserialize(damaged, generated)), damaged);
            refused += expected == text ? 0 : 1;
        }

        return refused;

        string AnswerOf(Func<T?> read)
        {
            try
            {
                return JsonSerializer.Serialize(read()!, generated);
            }
            catch (Exception error) when (error is JsonException or NotSupportedException or ArgumentException or InvalidOperationException)
            {
                return $"{error.GetType().Name}: {error.Message}";
            }
        }
    }

    private static IEnumerable<string> Damaged(string text)
    {
        for (int i = 0; i < text.Length; i++)
        {
            yield return text[..i];
            if (text[i] == ':')
            {
                int end = text.IndexOfAny([',', '}', ']'], i);
                yield return $"{text[..(i + 1)]}null{text[end..]}";
                yield return $"{text[..(i + 1)]}\"none\"{text[end..]}";
                yield return $"{text[..(i - 1)]}X{text[(i - 1)..]}"; // another name: one is missing and one is unknown
                int name = text.LastIndexOf('"', i - 2);
                yield return $"{text[..end]},{text[name..end]}{text[end..]}"; // twice
                yield return $"{text[..name]}{text[(text[end] == ',' ? end + 1 : end)..]}";
            }
        }
    }
}
