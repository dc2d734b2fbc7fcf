using Microsoft.ML.BlockPruning.Checkpoints.Containers;
using Microsoft.ML.BlockPruning.Checkpoints.Families;
using Microsoft.ML.BlockPruning.Files;
using Microsoft.ML.BlockPruning.Networks;
using Microsoft.ML.BlockPruning.Networks.Families;

namespace Microsoft.ML.BlockPruning.Checkpoints;

/// <summary>Loads the dense weights of a vision transformer with a classifier, whoever wrote them; saves a ViT's or DeiT's.</summary>
/// <remarks>
/// ViT, DeiT, DINOv2, fine-tuned MAE, and classifiers on CLIP's and SigLIP's image towers, with the names of timm, facebookresearch,
/// torchvision and Hugging Face (transformers 4 and 5).
/// </remarks>
public static class ViTCheckpoint
{
    /// <summary>Loads a network.</summary>
    /// <param name="path">
    /// A file of float32, float16, bfloat16 or float64 tensors, safetensors or PyTorch's (<c>.pth</c>, <c>.bin</c>, <c>.pt</c>,
    /// <c>.ckpt</c>, of which nothing is run); an index of several; or a folder (<see cref="Find"/>). A <c>config.json</c> beside it
    /// (timm's or Hugging Face's keys) is read for what tensors cannot tell: the number of heads (else 64 features each; 16 heads for the
    /// widths 1152, 1280, 1408 and 1664) and the LayerNorm epsilon (else 1e-6). The metadata that <see cref="Save"/> writes goes before
    /// both. What was assumed, and which weights of a file with several were taken, is in
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
    /// Tensors that classifiers carry and do not read (poolers, mask tokens, counters) are passed over with a note. Any other that the
    /// network would not use is an error. What networks here have no place for is folded into their weights: LayerScale, missing biases,
    /// masks of torch.nn.utils.prune.
    /// </remarks>
    public static NetworkWeights Load(string path) => Load(path, CheckpointOptions.Default);

    /// <summary>Loads a network of which its files do not tell all.</summary>
    /// <param name="path">As for <see cref="Load(string)"/>.</param>
    /// <param name="options">What no file tells.</param>
    /// <returns>float32 weights; the shape comes from the tensors.</returns>
    /// <exception cref="ArgumentException">The path is null or empty.</exception>
    /// <exception cref="ArgumentNullException">The options are null.</exception>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">As for <see cref="Load(string)"/>; or the options contradict the files.</exception>
    public static NetworkWeights Load(string path, CheckpointOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        using var checkpoint = Checkpoint.Open(path, options);
        return checkpoint.ReadWeights();
    }

    /// <summary>Finds the file of a network as <see cref="Load(string)"/> does, and reads nothing of it.</summary>
    /// <param name="path">The file, an index of several, or a folder.</param>
    /// <returns>
    /// The file itself. Of a folder <c>model.safetensors</c>, <c>model.safetensors.index.json</c>, <c>pytorch_model.bin</c> or
    /// <c>pytorch_model.bin.index.json</c>, whichever comes first; else what its only <c>checkpoint-*</c> folder has; else its only
    /// file of weights. Of one of several shards their index.
    /// </returns>
    /// <exception cref="ArgumentException">The path is null or empty.</exception>
    /// <exception cref="FileNotFoundException">There is no such file or folder. Nothing is downloaded; the message says how to.</exception>
    /// <exception cref="InvalidDataException">The folder has no network, or several; or it is a PEFT adapter.</exception>
    public static string Find(string path) => CheckpointPath.Of(path).File;

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
