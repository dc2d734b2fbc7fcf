using System.Text;
using System.Text.Json;
using Microsoft.ML.BlockPruning.Checkpoints.Configuration;
using Microsoft.ML.BlockPruning.Imaging;
using Microsoft.ML.BlockPruning.Tests.Gates;

namespace Microsoft.ML.BlockPruning.Tests.Checkpoints.Configuration;

/// <summary>Keys and defaults as in the constructors of Hugging Face's image processors.</summary>
[TestClass]
public sealed class PreprocessorReaderTests
{
    private static readonly string Golden = Path.Combine(RepositoryFiles.Root, "test/Microsoft.ML.BlockPruning.Tests/Golden");

    /// <summary>Every network of Golden whose preprocessing its maker wrote down beside it.</summary>
    public static IEnumerable<object[]> Networks =>
        from entry in JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Golden, "manifest.json"))).RootElement.EnumerateArray()
        where entry.TryGetProperty("preprocessing", out _)
        select new object[] { entry.GetProperty("path").GetString()!, entry.GetProperty("preprocessing").GetRawText() };

    [TestMethod]
    [DynamicData(nameof(Networks))]
    public void Golden_IsReadAsItsMakerMeantIt(string path, string preprocessing)
    {
        using var json = JsonDocument.Parse(preprocessing);
        var expected = json.RootElement;
        int size = expected.GetProperty("size").GetInt32();
        int crop = expected.GetProperty("crop") is { ValueKind: JsonValueKind.Number } number ? number.GetInt32() : size;

        var pixels = Read(File.ReadAllText(Path.Combine(Golden, Path.GetDirectoryName(path)!, PreprocessorReader.Name)));
        var read = pixels.For(crop, 3);

        Assert.AreEqual(crop, pixels.ImageSize);
        var resize = expected.GetProperty("resize").GetString() == "exact" ? ImageResize.Exact : ImageResize.ShortestSide;
        Assert.AreEqual((resize, size, size), (read.Resize, read.ResizeSize, read.ResizeWidth));
        Assert.AreEqual(expected.GetProperty("filter").GetString(), read.Interpolation.ToString(), ignoreCase: true);
        Assert.AreEqual(CropRounding.Down, read.CropRounding);
        Assert.IsTrue(read.ApplyOrientation);
        float[] Values(string key) => [.. expected.GetProperty(key).EnumerateArray().Select(value => value.GetSingle())];
        CollectionAssert.AreEqual(Values("mean"), read.Mean.ToArray());
        CollectionAssert.AreEqual(Values("std"), read.Std.ToArray());
    }

    [TestMethod]
    [DataRow("\"size\": 32", ImageResize.Exact, 32, 32)]
    [DataRow("\"size\": [20, 24], \"do_center_crop\": true, \"crop_size\": 16", ImageResize.Exact, 20, 24)]
    [DataRow("\"size\": {\"height\": 20, \"width\": 24}, \"do_center_crop\": true, \"crop_size\": [16, 16]", ImageResize.Exact, 20, 24)]
    [DataRow("\"size\": {\"shortest_edge\": 40}, \"do_center_crop\": true, \"crop_size\": 32", ImageResize.ShortestSide, 40, 40)]
    [DataRow("\"size\": 40, \"default_to_square\": false, \"do_center_crop\": true, \"crop_size\": 32", ImageResize.ShortestSide, 40, 40)]
    [DataRow("\"size\": 40, \"image_processor_type\": \"CLIPImageProcessor\", \"crop_size\": 32", ImageResize.ShortestSide, 40, 40)]
    [DataRow("\"size\": 40, \"feature_extractor_type\": \"DeiTFeatureExtractor\", \"crop_size\": 32", ImageResize.Exact, 40, 40)]
    [DataRow("\"size\": 40, \"image_processor_type\": \"BitImageProcessorFast\", \"crop_size\": 32", ImageResize.ShortestSide, 40, 40)]
    [DataRow("\"size\": 28, \"image_processor_type\": \"ConvNextImageProcessor\"", ImageResize.ShortestSide, 32, 32)] // 28 / 0.875
    [DataRow("\"size\": {\"shortest_edge\": 384}, \"image_processor_type\": \"ConvNextImageProcessor\"", ImageResize.Exact, 384, 384)]
    [DataRow("\"do_resize\": false, \"size\": 32", ImageResize.None, 16, 16)]
    public void Size_HasItsSpellings(string keys, ImageResize resize, int height, int width)
    {
        var pixels = Read($"{{{keys}}}");
        var read = pixels.For(pixels.ImageSize ?? 16, 3);

        Assert.AreEqual((resize, height, width), (read.Resize, read.ResizeSize, read.ResizeWidth));
    }

    [TestMethod]
    [DataRow("ViTImageProcessor", 224, ImageInterpolation.Bilinear, 0.5f)]
    [DataRow("ViTFeatureExtractor", 224, ImageInterpolation.Bilinear, 0.5f)]
    [DataRow("ViTImageProcessorFast", 224, ImageInterpolation.Bilinear, 0.5f)]
    [DataRow("SiglipImageProcessor", 224, ImageInterpolation.Bicubic, 0.5f)]
    [DataRow("DeiTImageProcessor", 256, ImageInterpolation.Bicubic, 0.5f)]
    [DataRow("BeitImageProcessor", 256, ImageInterpolation.Bicubic, 0.5f)]
    [DataRow("CLIPImageProcessor", 224, ImageInterpolation.Bicubic, 0.48145466f)]
    [DataRow("BitImageProcessor", 224, ImageInterpolation.Bicubic, 0.48145466f)]
    public void Defaults_AreThoseOfTheClass(string type, int size, ImageInterpolation filter, float mean)
    {
        var pixels = Read($$"""{"image_processor_type": "{{type}}"}""");
        var read = pixels.For(224, 3);

        Assert.IsNull(pixels.ImageSize); // a default is no word on the network at hand
        Assert.AreEqual((size, filter, mean), (read.ResizeSize, read.Interpolation, read.Mean[0]));
    }

    [TestMethod]
    [DataRow(0, ImageInterpolation.Nearest)]
    [DataRow(1, ImageInterpolation.Lanczos)]
    [DataRow(2, ImageInterpolation.Bilinear)]
    [DataRow(3, ImageInterpolation.Bicubic)]
    [DataRow(4, ImageInterpolation.Box)]
    [DataRow(5, ImageInterpolation.Hamming)]
    public void Resample_IsPillowsNumber(int number, ImageInterpolation filter) =>
        Assert.AreEqual(filter, Read($$"""{"resample": {{number}}}""").For(224, 3).Interpolation);

    /// <summary>What becomes of the byte 100, by the processor's own order: times the factor, less the mean, over the deviation.</summary>
    [TestMethod]
    [DataRow("\"do_rescale\": false", (100 - 0.5) / 0.5)]
    [DataRow("\"rescale_factor\": 0.00784313725490196", ((100 * 0.00784313725490196) - 0.5) / 0.5)]
    [DataRow("\"rescale_factor\": 0.00392156862745098", ((100 / 255.0) - 0.5) / 0.5)]
    [DataRow("\"do_normalize\": false", 100 / 255.0)]
    [DataRow("\"do_normalize\": false, \"do_rescale\": false", 100.0)]
    [DataRow("\"image_mean\": 0.25, \"image_std\": [0.125, 1, 1]", ((100 / 255.0) - 0.25) / 0.125)]
    public void Numbers_ComeOutAsTheProcessorMakesThem(string keys, double expected)
    {
        var writer = new ImageTensorWriter(Read($"{{{keys}}}").For(1, 3));
        float[] values = new float[3];

        writer.WriteValues([100, 100, 100], values);

        Assert.AreEqual(expected, values[0], 1e-5 * Math.Abs(expected));
    }

    [TestMethod]
    [DataRow("\"do_pad\": true", "'do_pad'")]
    [DataRow("\"size\": {\"longest_edge\": 224}", "'size.longest_edge'")]
    [DataRow("\"size\": {\"shortest_edge\": 224, \"longest_edge\": 300}", "'size.longest_edge'")]
    [DataRow("\"size\": {\"shortest_edge\": 224}", "'do_center_crop'")]
    [DataRow("\"size\": {\"height\": 40, \"width\": 48}", "'size'")]
    [DataRow("\"do_center_crop\": true, \"crop_size\": {\"height\": 8, \"width\": 9}", "'crop_size'")]
    [DataRow("\"do_resize\": false, \"do_center_crop\": true, \"crop_size\": 8", "'do_resize'")]
    [DataRow("\"do_flip_channel_order\": true", "'do_flip_channel_order'")]
    [DataRow("\"size_divisor\": 32", "'size_divisor'")]
    public void WhatIsNotDone_IsRefusedWhenItIsNeeded(string keys, string key)
    {
        var pixels = Read($"{{{keys}}}"); // the network may still be read, with Options.Preprocessing

        var error = Assert.ThrowsExactly<InvalidDataException>(() => pixels.For(224, 3));

        StringAssert.Contains(error.Message, $"the file, key {key}");
        StringAssert.Contains(error.Message, "Set Options.Preprocessing.");
    }

    [TestMethod]
    [DataRow("\"size\": \"224\"", "'size'")]
    [DataRow("\"size\": {}", "'size'")]
    [DataRow("\"size\": 0", "'size'")]
    [DataRow("\"size\": {\"height\": -1, \"width\": 2}", "'size.height'")]
    [DataRow("\"size\": [1, 2, 3]", "'size'")]
    [DataRow("\"resample\": 6", "'resample'")]
    [DataRow("\"resample\": \"bicubic\"", "'resample'")]
    [DataRow("\"do_resize\": 1", "'do_resize'")]
    [DataRow("\"do_center_crop\": \"yes\"", "'do_center_crop'")]
    [DataRow("\"do_center_crop\": true, \"crop_size\": \"8\"", "'crop_size'")]
    [DataRow("\"rescale_factor\": 0", "'rescale_factor'")]
    [DataRow("\"image_mean\": \"x\"", "'image_mean'")]
    [DataRow("\"image_std\": [1e99]", "'image_std[0]'")]
    [DataRow("\"image_processor_type\": 3", "'image_processor_type'")]
    public void AValueOfAnotherKind_IsRefusedByName(string keys, string key)
    {
        var error = Assert.ThrowsExactly<InvalidDataException>(() => Read($"{{{keys}}}"));

        StringAssert.Contains(error.Message, $"the file, key {key}: found ");
    }

    /// <summary>Sizes that no image has end as every preprocessing that cannot be does.</summary>
    [TestMethod]
    [DataRow("\"size\": 2147483647")]
    [DataRow("\"image_std\": 0")]
    [DataRow("\"image_mean\": [0.5, 0.5]")]
    public void AValueThatCannotBe_IsAnArgument(string keys) =>
        Assert.Throws<ArgumentException>(() => Read($"{{{keys}}}").For(2147483647, 3));

    /// <summary>Whatever stands under whichever key: a preprocessing, or one of the two exceptions that a caller expects.</summary>
    [TestMethod]
    public void AnyValueUnderAnyKey_EndsWell()
    {
        string[] keys =
        [
            "size", "crop_size", "do_resize", "do_center_crop", "resample", "do_rescale", "rescale_factor", "do_normalize", "image_mean",
            "image_std", "image_processor_type", "crop_pct", "default_to_square", "do_pad", "data_config", "colour",
        ];
        string[] values =
        [
            "null", "true", "false", "0", "1", "-1", "0.5", "1e-300", "1e300", "1e400", "2147483647", "2147483648", "\"\"", "[]", "{}",
            "[0]", "[1, 2]", "[1e400]", "{\"height\": 1, \"width\": 2147483647}", "{\"shortest_edge\": 1}", "{\"longest_edge\": {}}",
            "\"ConvNextImageProcessor\"", "\"CLIPImageProcessor\"", "\"TimmWrapperImageProcessor\"", "{\"crop_pct\": 1e-300}",
        ];
        foreach (string rest in new[] { "", ", \"image_processor_type\": \"ConvNextImageProcessor\"", ", \"size\": 9, \"crop_size\": 7" })
        {
            foreach (string key in keys)
            {
                foreach (string value in values)
                {
                    try
                    {
                        Read($"{{\"{key}\": {value}{rest}}}").For(32, 3);
                    }
                    catch (Exception error) when (error is InvalidDataException or ArgumentException)
                    {
                    }
                }
            }
        }
    }

    [TestMethod]
    public void Notes_NameWhatIsUnknown()
    {
        string notes = string.Join('\n', Read("""{"colour": 1, "do_pad": null, "image_processor_type": "OddProcessor"}""").Notes);

        StringAssert.Contains(notes, "passed over: colour.");
        StringAssert.Contains(notes, "is of 'OddProcessor', which is not known here");
        StringAssert.Contains(notes, "turned as EXIF says");
    }

    /// <summary>transformers' wrapper writes timm's keys into this file.</summary>
    [TestMethod]
    public void TimmWrapper_HasTimmsKeys()
    {
        var read = Read("""
            {
              "image_processor_type": "TimmWrapperImageProcessor", "architecture": "vit_tiny",
              "data_config": {"crop_mode": "border", "crop_pct": 0.5, "interpolation": "lanczos", "mean": [0.1, 0.2, 0.3],
                "std": [1, 2, 3], "input_size": [3, 8, 8]}
            }
            """).For(8, 3);

        Assert.AreEqual(
            (ImageResize.LongestSide, 16, ImageInterpolation.Lanczos, CropRounding.HalfToEven, true),
            (read.Resize, read.ResizeSize, read.Interpolation, read.CropRounding, read.ApplyOrientation));
    }

    /// <summary>A network that is read at another size than its file was written for keeps the proportions.</summary>
    [TestMethod]
    public void AnotherSize_KeepsProportions()
    {
        var read = Read("""{"image_processor_type": "DeiTImageProcessor"}""").For(448, 3);

        Assert.AreEqual((448, 512, 512), (read.ImageSize, read.ResizeSize, read.ResizeWidth));
    }

    [TestMethod]
    public void PreprocessorConfig_GoesBeforeConfig()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["config.json"], """{"pretrained_cfg": {"mean": [0.1, 0.1, 0.1], "crop_pct": 1}}""");
        File.WriteAllText(folder["preprocessor_config.json"], """{"size": 16}""");

        var read = ConfigFile.TryReadBeside(folder["model.safetensors"])!.Pixels!.For(16, 3);

        Assert.AreEqual((ImageResize.Exact, 0.5f), (read.Resize, read.Mean[0]));
    }

    /// <summary>What the published networks of a family have, where a folder has lost its file.</summary>
    [TestMethod]
    [DataRow("vit", ImageResize.Exact, 224, ImageInterpolation.Bilinear, 0.5f)]
    [DataRow("deit", ImageResize.Exact, 256, ImageInterpolation.Bicubic, 0.485f)]
    [DataRow("swin", ImageResize.Exact, 224, ImageInterpolation.Bicubic, 0.485f)]
    [DataRow("dinov2", ImageResize.ShortestSide, 256, ImageInterpolation.Bicubic, 0.485f)]
    [DataRow("clip", ImageResize.ShortestSide, 224, ImageInterpolation.Bicubic, 0.48145466f)]
    public void UsualFor_IsWhatTheFamilysFilesSay(string type, ImageResize resize, int size, ImageInterpolation filter, float mean)
    {
        var usual = PreprocessorReader.UsualFor(type)!;
        var read = usual.For(224, 3);

        Assert.IsNull(usual.ImageSize); // the network at hand has its own
        Assert.AreEqual(size * 2, usual.For(448, 3).ResizeSize);
        StringAssert.Contains(usual.Notes.Single(), "There is no preprocessor_config.json");
        Assert.AreEqual((resize, size, filter, mean), (read.Resize, read.ResizeSize, read.Interpolation, read.Mean[0]));
    }

    private static PixelConfig Read(string json) => new PreprocessorReader("the file").Read(Encoding.UTF8.GetBytes(json));
}
