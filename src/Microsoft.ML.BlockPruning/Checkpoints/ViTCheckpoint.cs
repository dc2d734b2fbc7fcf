using Microsoft.ML.BlockPruning.Checkpoints.Families;
using Microsoft.ML.BlockPruning.Files;
using Microsoft.ML.BlockPruning.Networks;
using Microsoft.ML.BlockPruning.Networks.Families;

namespace Microsoft.ML.BlockPruning.Checkpoints;

/// <summary>Loads and saves the dense weights of a ViT or DeiT classifier: safetensors with timm's names.</summary>
/// <remarks>facebookresearch's DeiT uses the same names. Hugging Face's and torchvision's names are not read.</remarks>
public static class ViTCheckpoint
{
    /// <summary>Loads a network.</summary>
    /// <param name="path">
    /// A safetensors file of F32, F16, BF16 or F64 tensors. A <c>config.json</c> in its folder (timm's or Hugging Face's keys) is read
    /// for what tensors cannot tell: the number of heads (else 64 features each; 16 heads for the widths 1152, 1280, 1408 and 1664) and the
    /// LayerNorm epsilon (else 1e-6). The metadata that <see cref="Save"/> writes goes before both. What was assumed is in
    /// <see cref="NetworkWeights.Notes"/>.
    /// </param>
    /// <returns>float32 weights; the shape comes from the tensors.</returns>
    /// <exception cref="ArgumentException">The path is null or empty.</exception>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">
    /// The file is damaged, of another architecture, lacks a tensor, or holds a misshapen one or NaN or infinity; names the tensor. Or the
    /// config.json asks for a network that is not computed here, or contradicts the tensors; names the key.
    /// </exception>
    /// <remarks>
    /// <c>pre_logits.fc.*</c> is passed over, as timm does: old ImageNet-21k files carry it, their heads do not read it. Any other tensor
    /// that the network would not use is an error.
    /// </remarks>
    public static NetworkWeights Load(string path)
    {
        using var checkpoint = Checkpoint.Open(path);
        return checkpoint.ReadWeights();
    }

    /// <summary>Saves a network. The file is written aside and renamed, so a failure leaves an old file as it was.</summary>
    /// <param name="weights">The network.</param>
    /// <param name="path">The safetensors file; replaced if it exists.</param>
    /// <exception cref="ArgumentException">The path is null or empty, or the network is no ViT.</exception>
    /// <exception cref="IOException">The folder is missing, the disk is full, or the file cannot be replaced; names the path.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder cannot be written; names the path.</exception>
    public static void Save(NetworkWeights weights, string path)
    {
        ArgumentNullException.ThrowIfNull(weights);
        var writer = OwnFile.Create();
        OwnMetadata.AddTo(writer, ViT.TryConfigOf(weights.Spec) ?? throw new ArgumentException(
            $"A network of the family '{weights.Spec.Family}' has no checkpoint of timm's form; prune it and save that.", nameof(weights)));
        writer.AddChecksum();
        foreach (var tensor in weights.Tensors)
        {
            writer.Add(tensor.Name, [.. tensor.Shape], tensor.Values);
        }

        AtomicFile.Write(path, writer.Write);
    }
}
