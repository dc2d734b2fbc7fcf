using System.Globalization;
using Microsoft.ML.BlockPruning.Checkpoints.Configuration;
using Microsoft.ML.BlockPruning.Checkpoints.Containers.Safetensors;
using Microsoft.ML.BlockPruning.Checkpoints.Families;
using Microsoft.ML.BlockPruning.Files;
using Microsoft.ML.BlockPruning.Networks;
using Microsoft.ML.BlockPruning.Networks.Families;

namespace Microsoft.ML.BlockPruning.Checkpoints;

/// <summary>Loads and saves the dense weights of a ViT or DeiT classifier: safetensors with timm's names.</summary>
/// <remarks>facebookresearch's DeiT uses the same names. Hugging Face's and torchvision's names are not read.</remarks>
public static class ViTCheckpoint
{
    internal const string NumHeadsKey = "num_heads";
    internal const string LayerNormEpsKey = "layer_norm_eps";

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
        using var file = SafetensorsFile.Open(path);
        file.VerifyChecksum();
        var beside = CheckpointConfig.TryReadBeside(path);
        List<string> notes = [.. beside?.Notes ?? [], .. PassedOver(path)];
        var architecture = new ViTArchitecture(file, notes);
        var weights = new NetworkWeights(architecture.Infer(beside)) { Notes = notes };
        foreach (var tensor in weights.Tensors)
        {
            architecture.CheckShape(tensor.Name, [.. tensor.Shape]);
            file.ReadSingles(tensor.Name, tensor.Values);
            CheckFinite(file, tensor);
        }

        return weights;
    }

    /// <summary>The shape of a network, without its weights: only the file's header is read.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="InvalidDataException">The file is damaged or of another architecture.</exception>
    internal static ViTConfig ReadShape(string path)
    {
        using var file = SafetensorsFile.Open(path);
        return new ViTArchitecture(file, []).Infer(CheckpointConfig.TryReadBeside(path));
    }

    /// <summary>Saves a network. The file is written aside and renamed, so a failure leaves an old file as it was.</summary>
    /// <param name="weights">The network.</param>
    /// <param name="path">The safetensors file; replaced if it exists.</param>
    /// <exception cref="ArgumentException">The path is null or empty.</exception>
    /// <exception cref="IOException">The folder is missing, the disk is full, or the file cannot be replaced; names the path.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder cannot be written; names the path.</exception>
    public static void Save(NetworkWeights weights, string path)
    {
        ArgumentNullException.ThrowIfNull(weights);
        var writer = new SafetensorsWriter();
        writer.AddMetadata("format", "pt"); // Python's loaders ask for it
        writer.AddMetadata(NumHeadsKey, weights.Config.NumHeads.ToString(CultureInfo.InvariantCulture));
        writer.AddMetadata(LayerNormEpsKey, weights.Config.LayerNormEps.ToString(CultureInfo.InvariantCulture));
        writer.AddChecksum();
        foreach (var tensor in weights.Tensors)
        {
            writer.Add(tensor.Name, [.. tensor.Shape], tensor.Values);
        }

        AtomicFile.Write(path, writer.Write);
    }

    private static IEnumerable<string> PassedOver(string path)
    {
        const string name = "preprocessor_config.json";
        return File.Exists(Path.Combine(Path.GetDirectoryName(Path.GetFullPath(path))!, name))
            ? [$"The {name} beside the network is not read; set Options.Preprocessing where it says something else than what is used."]
            : [];
    }

    private static void CheckFinite(SafetensorsFile file, WeightTensor tensor)
    {
        for (int i = 0; i < tensor.Values.Length; i++)
        {
            if (!float.IsFinite(tensor.Values[i]))
            {
                throw new InvalidDataException(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{file.Source}: tensor '{tensor.Name}' holds {tensor.Values[i]} at element {i} (row-major), expected finite ones."));
            }
        }
    }
}
