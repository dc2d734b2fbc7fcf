using Microsoft.ML.BlockPruning.Networks;

namespace Microsoft.ML.BlockPruning.Checkpoints.Families;

/// <summary>What the heads of a ViT and its kin read.</summary>
internal static class ViTReadout
{
    /// <summary>The heads by name, and what each reads; the logits are the mean of theirs.</summary>
    /// <param name="tensors">The file's tensors.</param>
    /// <param name="parts">Which of the optional it has.</param>
    /// <param name="embedDim">Features of a token.</param>
    /// <param name="around">What lies around the file; is told what is read, and who says so.</param>
    /// <exception cref="InvalidDataException">The head reads something that is not computed here.</exception>
    public static IReadOnlyList<(string Name, PoolingSpec Pooling)> Of(
        ViTTensors tensors, ViTParts parts, int embedDim, Surroundings around)
    {
        int width = tensors.Side($"{ViTTensors.Head}.weight", rank: 2, axis: 1);
        bool isDouble = width == 2L * embedDim && parts is { HasClassToken: true, HasDistillationHead: false };
        if (!isDouble && width != embedDim)
        {
            throw tensors.Invalid(
                $"{ViTTensors.Head}.weight",
                $"{embedDim} or {2L * embedDim} features: a head that reads several layers is not supported");
        }

        var patches = new MeanPooling(around.Config?.AveragesPrefix == true ? 0 : parts.PrefixTokens.Count);
        var (heads, readout, origin) = isDouble
            ? ([(ViTTensors.Head, new TokenPooling(0)), (ViTTensors.PatchesHead, patches)],
                "class token and mean of patches", "the head's width")
            : parts.HasDistillationHead
                ? ([(ViTTensors.Head, new TokenPooling(0)), (ViTTensors.DistillationHead, new TokenPooling(1))],
                    "class and distillation token", "the heads")
                : OfOne(tensors, parts, patches, around);
        around.Findings.Tell("readout", readout, origin);
        return heads;
    }

    private static ((string, PoolingSpec)[] Heads, string Readout, string Origin) OfOne(
        ViTTensors tensors, ViTParts parts, MeanPooling patches, Surroundings around)
    {
        bool hasNoToken = !parts.HasClassToken;
        if (hasNoToken && around.Config is { IsAverage: false } config)
        {
            throw new InvalidDataException(
                $"{config.Source}, key 'global_pool': found \"token\", but the tensors have no class token. Take the config.json that "
                + "belongs to the network, or mend the key.");
        }

        bool saysNorm = parts.HasPooledNorm && !parts.HasNorm && around.Config?.IsAverage is null;
        bool isAverage = around.Config?.IsAverage
            ?? (NamingConventions.Of(tensors.Canonical.Style).AveragesPatches || saysNorm
                || around.Config?.Architecture?.Contains("_gap_", StringComparison.Ordinal) == true);
        string origin = hasNoToken
            ? "no class token"
            : around.Config?.IsAverage is not null ? "config.json, global_pool" : saysNorm ? "fc_norm without norm" : "convention";
        return isAverage || hasNoToken
            ? ([(ViTTensors.Head, patches)], patches.FirstToken == 0 ? "mean of all tokens" : "mean of patches", origin)
            : ([(ViTTensors.Head, new TokenPooling(0))], "class token", origin);
    }
}
