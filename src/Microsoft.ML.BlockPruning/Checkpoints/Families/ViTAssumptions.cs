using System.Globalization;
using Microsoft.ML.BlockPruning.Checkpoints.Configuration;
using Microsoft.ML.BlockPruning.Networks;

namespace Microsoft.ML.BlockPruning.Checkpoints.Families;

/// <summary>What no tensor tells: heads, epsilon, activation. The caller goes first, then the file, config.json and conventions.</summary>
/// <param name="tensors">The file's tensors.</param>
/// <param name="around">What lies around the file; is told what was taken, and what assumed.</param>
internal sealed class ViTAssumptions(ViTTensors tensors, Surroundings around)
{
    private const int DefaultHeadDim = 64; // every ViT and DeiT as published, but for those of SixteenHeads
    private static readonly int[] SixteenHeads = [1152, 1280, 1408, 1664]; // so400m, huge, giant, gigantic

    // timm's networks whose name alone says something else than the rest of theirs; a part of the name.
    private const string SixteenHeadsOf768 = "patch16_gap_224";
    private const string Clip = "_clip_"; // OpenAI's and LAION's towers, whose eps is not in config.json
    private const string QuickGelu = "_quickgelu_";
    private const float ClipEps = 1e-5f;

    private readonly NamingConventions _conventions = NamingConventions.Of(tensors.Canonical.Style);

    /// <summary>Heads that the file's own metadata names; null where it names none.</summary>
    public int? OwnHeads { get; } = Metadata(tensors, OwnMetadata.Heads, int.Parse);

    /// <summary>Attention heads per encoder layer.</summary>
    /// <param name="embedDim">Features of a token, which they divide.</param>
    /// <exception cref="InvalidDataException">They do not, or nothing says how many they are.</exception>
    public int Heads(int embedDim)
    {
        var (heads, origin) = HeadsAndOrigin(embedDim);
        around.Findings.Tell("heads", heads.ToString(CultureInfo.InvariantCulture), origin);
        return heads;
    }

    /// <summary>Added to the variance in LayerNorm.</summary>
    public float Eps()
    {
        var (eps, origin) = EpsAndOrigin();
        around.Findings.Tell("LayerNorm epsilon", eps.ToString(CultureInfo.InvariantCulture), origin);
        return eps;
    }

    /// <summary>The activation of the MLP.</summary>
    public GeluForm Activation()
    {
        bool isQuick = around.Config?.Architecture?.Contains(QuickGelu, StringComparison.Ordinal) == true;
        var (name, origin) = around.Config?.Activation is { } said
            ? (said, "config.json")
            : isQuick
                ? (ActivationName.QuickGelu, "the name of timm's network")
                : (_conventions.Activation, $"convention: {_conventions.Whose}");
        var form = name switch
        {
            ActivationName.GeluTanh => GeluForm.Tanh,
            ActivationName.QuickGelu => GeluForm.Quick,
            _ => GeluForm.Exact,
        };
        around.Findings.Tell("activation", $"GELU, {form.ToString().ToLowerInvariant()}", origin);
        return form;
    }

    private (int Heads, string Origin) HeadsAndOrigin(int embedDim)
    {
        if (around.Heads is { } said)
        {
            return (said, "the caller");
        }

        if (OwnHeads is { } own)
        {
            return (own, "the file's own metadata");
        }

        if (around.Config?.AttentionHeads is { } heads)
        {
            var fact = around.Facts.First(fact => fact.IsOfHeads);
            return embedDim % heads == 0
                ? (heads, $"config.json, {fact.Path}")
                : throw new InvalidDataException(
                    $"{fact.Source}, key '{fact.Path}': found {heads}, but it does not divide the {embedDim} features of a token. Take the "
                    + "config.json that belongs to the network, or mend the key.");
        }

        if (embedDim == 768 && around.Config?.Architecture?.EndsWith(SixteenHeadsOf768, StringComparison.Ordinal) == true)
        {
            return (16, "the name of timm's network");
        }

        return (DefaultHeads(embedDim), "convention");
    }

    private (float Eps, string Origin) EpsAndOrigin()
    {
        if (Metadata(tensors, OwnMetadata.LayerNormEps, float.Parse) is { } own)
        {
            return (own, "the file's own metadata");
        }

        if (around.Config?.LayerNormEps is { } said)
        {
            return (said, "config.json, layer_norm_eps");
        }

        return around.Config?.Architecture?.Contains(Clip, StringComparison.Ordinal) == true
            ? (ClipEps, "the name of timm's network")
            : (AssumedEps(), $"convention: {_conventions.Whose}");
    }

    private int DefaultHeads(int embedDim)
    {
        int heads = SixteenHeads.Contains(embedDim) ? 16 : HeadsOf64(embedDim);
        around.Findings.Notes.Add(
            $"Nothing says the number of heads: {heads} heads of {embedDim / heads} features are taken, as is usual for a width of "
            + $"{embedDim}. If the network has another number, its answers are wrong: set Options.NumHeads (--num-heads), or put a "
                + "config.json with "
            + "{\"num_attention_heads\": N} beside the file.");
        return heads;
    }

    // Hugging Face leaves out of a config.json what is its class's default.
    private float AssumedEps()
    {
        float eps = around.Config?.ModelType switch
        {
            "vit" or "deit" => 1e-12f,
            "vit_msn" => 1e-6f, // a ViT's names and another default
            _ => _conventions.Eps,
        };
        around.Findings.Notes.Add(around.Config?.ModelType is not null and not "timm_wrapper"
            ? string.Create(
                CultureInfo.InvariantCulture,
                $"{around.Config.Source} has no layer_norm_eps: Hugging Face's own for such a network is taken, {Shown(eps)}.")
            : string.Create(
                CultureInfo.InvariantCulture,
                $"Nothing says the epsilon of LayerNorm: {Shown(eps)} is taken, {_conventions.Whose}. A config.json with "
                + $"{{\"layer_norm_eps\": N}} beside the file says it."));
        return eps;
    }

    private static string Shown(float eps) => eps == 1e-12f ? "1e-12" : eps.ToString(CultureInfo.InvariantCulture);

    private int HeadsOf64(int embedDim) => embedDim % DefaultHeadDim == 0
        ? embedDim / DefaultHeadDim
        : throw new InvalidDataException(
            $"{tensors.Canonical.Source}: the number of heads is unknown: {embedDim} features are no multiple of the usual "
            + $"{DefaultHeadDim} a head. Set Options.NumHeads (--num-heads), or put a config.json with "
            + "{\"num_attention_heads\": N} beside the file.");

    private static T? Metadata<T>(ViTTensors tensors, string key, Func<string, IFormatProvider, T> parse)
        where T : struct
    {
        if (!tensors.Canonical.Metadata.TryGetValue(key, out string? text))
        {
            return null;
        }

        try
        {
            return parse(text, CultureInfo.InvariantCulture);
        }
        catch (Exception error) when (error is FormatException or OverflowException)
        {
            throw new InvalidDataException($"{tensors.Canonical.Source}: metadata '{key}' is '{text}', expected a number.", error);
        }
    }
}
