using System.Globalization;
using Microsoft.ML.BlockPruning.Checkpoints.Containers;
using Microsoft.ML.BlockPruning.Networks.Families;

namespace Microsoft.ML.BlockPruning.Checkpoints.Families;

/// <summary>What this library's files say beside the tensors for whoever loads them as a dense network.</summary>
internal static class OwnMetadata
{
    /// <summary>Attention heads per encoder layer.</summary>
    public const string Heads = "num_heads";

    /// <summary>Added to the variance in LayerNorm.</summary>
    public const string LayerNormEps = "layer_norm_eps";

    /// <inheritdoc cref="AddTo(ITensorWriter, int, float)"/>
    public static void AddTo(ITensorWriter writer, ViTConfig network) => AddTo(writer, network.NumHeads, network.LayerNormEps);

    /// <summary>Adds it to a file, with what Python's loaders ask for.</summary>
    public static void AddTo(ITensorWriter writer, int heads, float layerNormEps)
    {
        writer.AddMetadata("format", "pt");
        writer.AddMetadata(Heads, heads.ToString(CultureInfo.InvariantCulture));
        writer.AddMetadata(LayerNormEps, layerNormEps.ToString(CultureInfo.InvariantCulture));
    }
}
