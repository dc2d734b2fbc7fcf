using System.Text.Json;
using Microsoft.ML.BlockPruning.Imaging;

namespace Microsoft.ML.BlockPruning.Checkpoints.Configuration;

/// <summary>The <c>size</c> of a <c>preprocessor_config.json</c>, which has five spellings.</summary>
/// <param name="Resize">Which side, or both.</param>
/// <param name="Height">In pixels; of the side that is resized.</param>
/// <param name="Width">In pixels; the same, where one side is resized.</param>
internal sealed record PreprocessorSize(ImageResize Resize, int Height, int Width)
{
    /// <summary>Called with whether a key is beyond what is done here, the key, what was found and what was expected.</summary>
    internal delegate void Refusing(bool isSo, string key, string found, string expected);

    /// <summary>Reads <c>size</c>: a number, two of them, {height, width} or {shortest_edge}.</summary>
    /// <param name="file">The file.</param>
    /// <param name="usual">What holds where it is silent.</param>
    /// <param name="refuse">Is told of what is not done here.</param>
    /// <exception cref="InvalidDataException">It is none of these.</exception>
    public static PreprocessorSize Of(ConfigJson file, ProcessorDefaults usual, Refusing refuse)
    {
        var plain = new PreprocessorSize(usual.Resize, usual.Size, usual.Size);
        if (file.TryFind("size") is not { } size)
        {
            return plain;
        }

        if (size.ValueKind == JsonValueKind.Number)
        {
            int side = file.Positive("size", size);
            var meaning = file.TryFind("default_to_square") switch
            {
                { ValueKind: JsonValueKind.True } => ImageResize.Exact,
                { ValueKind: JsonValueKind.False } => ImageResize.ShortestSide,
                _ => usual.Resize,
            };
            return new PreprocessorSize(meaning, side, side);
        }

        foreach (string key in new[] { "longest_edge", "max_height", "max_width" })
        {
            refuse(file.TryFind($"size.{key}") is not null, $"size.{key}", size.GetRawText(), "height and width, or shortest_edge alone");
        }

        if (size.ValueKind == JsonValueKind.Object && file.Integer("size.shortest_edge") is { } edge)
        {
            return new PreprocessorSize(ImageResize.ShortestSide, edge, edge);
        }

        return Sides(file, "size") is var (height, width)
            ? new PreprocessorSize(ImageResize.Exact, height, width)
            : file.TryFind("size.longest_edge") is not null || file.TryFind("size.max_height") is not null
                ? plain // it is refused
                : throw file.Unexpected("size", size, "a number, {\"height\", \"width\"} or {\"shortest_edge\"}");
    }

    /// <summary>Reads <c>do_center_crop</c> and <c>crop_size</c>.</summary>
    /// <returns>Side of the centre; null where none is cut out.</returns>
    /// <inheritdoc cref="Of"/>
    public static int? CropOf(ConfigJson file, ProcessorDefaults usual, Refusing refuse)
    {
        bool isSaid = file.Root.TryGetProperty("do_center_crop", out var isCropped);
        if (isSaid && isCropped.ValueKind is not (JsonValueKind.True or JsonValueKind.False or JsonValueKind.Null))
        {
            throw file.Unexpected("do_center_crop", isCropped, "true or false");
        }

        if (isSaid ? isCropped.ValueKind != JsonValueKind.True : usual.Crop is null)
        {
            return null;
        }

        if (file.TryFind("crop_size") is not { } crop)
        {
            return usual.Crop ?? 224; // of all processors that cut out a centre
        }

        var (height, width) = crop.ValueKind == JsonValueKind.Number
            ? (file.Positive("crop_size", crop), file.Positive("crop_size", crop))
            : Sides(file, "crop_size") ?? throw file.Unexpected("crop_size", crop, "a number or {\"height\", \"width\"}");
        refuse(height != width, "crop_size", crop.GetRawText(), "two equal sides");
        return height;
    }

    /// <summary>ConvNeXt's processor: below 384 pixels the short side to size / crop_pct and the centre, else both sides.</summary>
    public (PreprocessorSize Size, int? Crop) AsConvNext(double? cropFraction) => Height >= 384
        ? (this with { Resize = ImageResize.Exact }, null)
        : (new PreprocessorSize(ImageResize.ShortestSide, (int)(Height / (cropFraction ?? (224.0 / 256))), Height), Height);

    private static (int Height, int Width)? Sides(ConfigJson file, string key) => file.TryFind(key) switch
    {
        { ValueKind: JsonValueKind.Array } => file.Array(key, file.Positive) is [var height, var width] ? (height, width) : null,
        { ValueKind: JsonValueKind.Object } => file.Integer($"{key}.height") is { } height && file.Integer($"{key}.width") is { } width
            ? (height, width)
            : null,
        _ => null,
    };
}
