using System.Text.Json;
using Microsoft.ML.BlockPruning.Imaging;

namespace Microsoft.ML.BlockPruning.Checkpoints.Configuration;

/// <summary>Reads a <c>preprocessor_config.json</c>; a complaint names the file, the key, what was found and what was expected.</summary>
/// <param name="source">The file, for messages.</param>
internal sealed class PreprocessorReader(string source)
{
    /// <summary>The file's name.</summary>
    public const string Name = "preprocessor_config.json";

    private static readonly string[] TimmPlaces = ["data_config.", "pretrained_cfg."];
    private string? _refusal;

    /// <summary>Reads what it says.</summary>
    /// <exception cref="InvalidDataException">It is no JSON, or a key that is read holds something else than expected.</exception>
    public PixelConfig Read(ReadOnlyMemory<byte> json) => ConfigJson.Parse(source, json, Read);

    /// <summary>The preprocessing of the published networks of a family, for one that has lost its file.</summary>
    /// <param name="modelType">config.json's <c>model_type</c>.</param>
    /// <returns>Null where the family is not known.</returns>
    public static PixelConfig? UsualFor(string modelType) => ProcessorDefaults.OfNetwork(modelType) is { } usual
        ? Made(
            new PreprocessorSize(usual.Resize, usual.Size, usual.Size), usual.Crop, usual.Filter, mean: null, std: null,
            rescale: 1 / 255.0, usual, _ => $"the usual for {modelType}, there is no {Name}") with
        {
            ImageSize = null, // of the published ones: the network at hand has its own
            Notes =
            [
                $"There is no {Name} beside the network: images are prepared as is usual for '{modelType}', and turned as EXIF says. Where "
                + "it was trained on others, its answers are wrong: set Options.Preprocessing.",
            ],
        }
        : null;

    private PixelConfig Read(ConfigJson file)
    {
        string? type = file.String("image_processor_type") ?? file.String("feature_extractor_type");
        var notes = NotesOn(file, type);
        if (type is not null && type.StartsWith("TimmWrapper", StringComparison.Ordinal)
            && TimmPixels.Read(file, Name, TimmPlaces) is { } timm)
        {
            return timm.Turned() with { Notes = notes };
        }

        var usual = (type is null ? null : ProcessorDefaults.OfClass(type)) ?? ProcessorDefaults.Unknown;
        var size = PreprocessorSize.Of(file, usual, Refuse);
        int? crop = PreprocessorSize.CropOf(file, usual, Refuse);
        string saying = crop is null ? "size" : "crop_size";
        if (usual.Name == "ConvNext")
        {
            (size, crop) = size.AsConvNext(file.Number("crop_pct", most: 1));
        }

        if (Switch(file, "do_resize") == false)
        {
            size = crop is null ? size with { Resize = ImageResize.None } : size;
            Refuse(crop is not null, "do_resize", "false", "true where the centre is cut out");
        }
        else if (crop is null && size.Resize == ImageResize.ShortestSide)
        {
            Refuse(true, "do_center_crop", "none", "true where the shortest edge is resized: images that are not square are not supported");
        }

        Refuse(
            crop is null && size.Resize == ImageResize.Exact && size.Height != size.Width, "size", $"{size.Height}x{size.Width}",
            "two equal sides: images that are not square are not supported");
        bool isNormalised = Switch(file, "do_normalize") ?? true;
        double rescale = Switch(file, "do_rescale") == false ? 1 : file.Number("rescale_factor", most: double.MaxValue) ?? (1 / 255.0);
        var pixels = Made(
            size, crop, FilterOf(file) ?? usual.Filter, isNormalised ? Values(file, "image_mean") : [0],
            isNormalised ? Values(file, "image_std") : [1], rescale, usual,
            key => file.TryFind(key) is not null ? $"{Name}, {key}" : $"the default of {type ?? "its processors"}, {Name} has no {key}");
        return pixels with
        {
            ImageSize = file.TryFind(saying) is null ? null : pixels.ImageSize, // a class's default is no word on this network
            Refusal = _refusal,
            Notes = notes,
        };
    }

    private static HuggingFacePixels Made(
        PreprocessorSize size, int? crop, ImageInterpolation filter, float[]? mean, float[]? std, double rescale, ProcessorDefaults usual,
        Func<string, string> origin)
    {
        int? own = crop ?? (size.Resize == ImageResize.Exact && size.Height == size.Width ? size.Height : null);
        return new HuggingFacePixels
        {
            ImageSize = own,
            OwnSize = own,
            Resize = size.Resize,
            Height = size.Height,
            Width = size.Width,
            Filter = filter,
            Mean = mean,
            Std = std,
            RescaleFactor = rescale,
            Usual = usual,
            Origins = new PixelOrigins(
                origin("size"), crop is null ? null : origin("crop_size"), origin("resample"), origin("image_mean"), origin("image_std"),
                HuggingFacePixels.TurnedByPipelines),
        };
    }

    private string[] NotesOn(ConfigJson file, string? type)
    {
        List<string> notes = [], unknown = [];
        foreach (var member in file.Root.EnumerateObject().Where(member => member.Value.ValueKind != JsonValueKind.Null))
        {
            if (PreprocessorKeys.IsRefused(member.Name))
            {
                Refuse(member.Value.ValueKind != JsonValueKind.False, member.Name, member.Value.GetRawText(), "false");
            }
            else if (!PreprocessorKeys.IsKnown(member.Name))
            {
                unknown.Add(member.Name.Length > 60 ? $"{member.Name[..60]}…" : member.Name);
            }
        }

        notes.Add($"{source}: image files are turned as EXIF says, as Hugging Face's pipelines do and timm and torchvision do not; where "
            + "the network is judged without, set ApplyOrientation to false.");
        if (unknown.Count > 0)
        {
            notes.Add($"{source} has keys that are not known here and were passed over: {string.Join(", ", unknown)}.");
        }

        if (type is null || (ProcessorDefaults.OfClass(type) is null && !type.StartsWith("TimmWrapper", StringComparison.Ordinal)))
        {
            notes.Add($"{source} {(type is null ? "names no image processor" : $"is of '{type}', which is not known here")}: what it does "
                + $"not say is taken to be as in {ProcessorDefaults.Unknown.Name}ImageProcessor.");
        }

        return [.. notes];
    }

    private void Refuse(bool isSo, string key, string found, string expected)
    {
        if (isSo)
        {
            _refusal ??= $"{source}, key '{key}': found {(found.Length > 60 ? $"{found[..60]}…" : found)}, expected {expected}: no other "
                + "preprocessing is done here. Set Options.Preprocessing.";
        }
    }

    private static bool? Switch(ConfigJson file, string key) => file.TryFind(key) switch
    {
        null => null,
        { ValueKind: JsonValueKind.True or JsonValueKind.False } value => value.GetBoolean(),
        { } value => throw file.Unexpected(key, value, "true or false"),
    };

    private static float[]? Values(ConfigJson file, string key) => file.TryFind(key) switch
    {
        { ValueKind: JsonValueKind.Number } value => [file.Single(key, value)],
        _ => file.Array(key, file.Single),
    };

    // PIL.Image.Resampling.
    private static ImageInterpolation? FilterOf(ConfigJson file) => file.Find("resample", JsonValueKind.Number) switch
    {
        null => null,
        { } value when value.TryGetInt32(out int number) && number is >= 0 and <= 5 => number switch
        {
            0 => ImageInterpolation.Nearest,
            1 => ImageInterpolation.Lanczos,
            2 => ImageInterpolation.Bilinear,
            3 => ImageInterpolation.Bicubic,
            4 => ImageInterpolation.Box,
            _ => ImageInterpolation.Hamming,
        },
        { } value => throw file.Unexpected("resample", value, "a number of 0 (nearest) to 5 (Hamming)"),
    };
}
