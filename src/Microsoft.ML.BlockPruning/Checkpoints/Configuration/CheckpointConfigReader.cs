using System.Text.Json;

namespace Microsoft.ML.BlockPruning.Checkpoints.Configuration;

/// <summary>Reads a <c>config.json</c>; every complaint names the file, the key, what was found and what was expected.</summary>
internal sealed class CheckpointConfigReader(string source)
{
    // timm's, and that of Hugging Face's classifiers on one tower of CLIP and SigLIP.
    private const int MostShown = 20; // unknown keys in a note

    private static readonly string[] Sections = ["model_args", "pretrained_cfg", "vision_config"];
    private static readonly string[] Places = ["pretrained_cfg.", "", "model_args.", "vision_config."];

    public CheckpointConfig Read(ReadOnlyMemory<byte> json) => ConfigJson.Parse(source, json, Read);

    private CheckpointConfig Read(ConfigJson file)
    {
        string? architecture = file.String("architecture"), modelType = file.String("model_type");
        ForeignFamilies.Refuse(source, modelType ?? architecture);
        var keys = new ConfigKeyCheck(file);
        keys.Check(file.Root, prefix: "");
        foreach (string section in Sections)
        {
            if (file.Find(section, JsonValueKind.Object) is { } part)
            {
                keys.Check(part, $"{section}.");
            }
        }

        return new CheckpointConfig
        {
            Source = source,
            ModelType = modelType,
            Architecture = architecture,
            Classes = file.Array("architectures", file.Text) ?? [],
            AttentionHeads = Heads(file),
            LayerNormEps = (float?)file.Number(file.PathOf("layer_norm_eps", Places), most: 1),
            Activation = Activation(file, "act_layer") ?? Activation(file, "hidden_act"),
            IsAverage = file.String(file.PathOf("global_pool", Places)) is { } pool ? pool == "avg" : null,
            AveragesPrefix = IsTrue(file, "pool_include_prefix"),
            HasNoFinalNorm = file.TryFind(file.PathOf("final_norm", Places)) is { ValueKind: JsonValueKind.False },
            NetworkSize = architecture is null ? null : NetworkSize(file),
            Quantisation = Quantisation(file),
            Pixels = TimmPixels.Read(file, "config.json", Places)
                ?? (modelType is not null ? PreprocessorReader.UsualFor(modelType) : null),
            Labels = ConfigLabels.Of(file, Places),
            Facts = keys.Facts,
            Notes = keys.Unknown.Count == 0
                ? []
                :
                [
                    $"{source} has keys that are not known here and were passed over: {string.Join(", ", keys.Unknown.Take(MostShown))}"
                    + $"{(keys.Unknown.Count > MostShown ? ", …" : "")}.",
                ],
        };
    }

    // Networks of stages have a list, which their tables of positions tell too.
    private static int? Heads(ConfigJson file) => file.TryFind(file.PathOf("num_heads", Places)) is { ValueKind: JsonValueKind.Array }
        ? null
        : file.Integer(file.PathOf("num_heads", Places)) ?? file.Integer(file.PathOf("num_attention_heads", Places));

    private static ActivationName? Activation(ConfigJson file, string key)
    {
        string path = file.PathOf(key, Places);
        return file.TryFind(path) is { } value
            ? (value.ValueKind == JsonValueKind.String ? ActivationNames.Of(value.GetString()!) : null)
                ?? throw file.Unexpected(path, value, ActivationNames.Expected)
            : null;
    }

    private static bool IsTrue(ConfigJson file, string key) =>
        file.TryFind(file.PathOf(key, Places)) is { ValueKind: JsonValueKind.True };

    // The network's own size goes before that of the images it was trained on.
    private static int? NetworkSize(ConfigJson file)
    {
        string key = file.PathOf("img_size", Places), pixels = file.PathOf("input_size", Places);
        return file.TryFind(key) switch
        {
            { ValueKind: JsonValueKind.Array } => Side(file, key, file.Array(key, file.Positive)!),
            { } size => file.Positive(key, size),
            null => file.Array(pixels, file.Positive) is { Length: 3 } shape ? Side(file, pixels, shape[1..]) : null,
        };
    }

    private static int Side(ConfigJson file, string key, int[] sides) => sides is [var height, var width] && height == width
        ? height
        : throw file.Unexpected(
            key, file.TryFind(key)!.Value, "two equal sides: images and patches that are not square are not supported");

    private static string? Quantisation(ConfigJson file) => file.Find("quantization_config", JsonValueKind.Object) is { } how
        ? how.TryGetProperty("quant_method", out var method) && method.ValueKind == JsonValueKind.String
            ? method.GetString()
            : "quantization_config"
        : null;
}
