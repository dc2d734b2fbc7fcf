using Microsoft.ML.BlockPruning.Checkpoints.Containers.Safetensors;
using Microsoft.ML.BlockPruning.Formats;
using Microsoft.ML.BlockPruning.Networks;

namespace Microsoft.ML.BlockPruning.Models;

/// <summary>Writes a <see cref="SparseViT"/> as safetensors, in the checkpoint's order.</summary>
/// <remarks>
/// A dense tensor has timm's name. A pruned weight is three tensors with PyTorch's BSR names: <c>.crow_indices</c>, <c>.col_indices</c> and
/// <c>.values</c> [blocks, height, width], ragged edge blocks padded with zeros. All else about the network is in the metadata,
/// with the file's SHA-256. The matrices, patch embedding and heads included, have the network's format, as their dtype says; the rest,
/// which is small, is float32.
/// </remarks>
internal static class SparseViTWriter
{
    public static void Write(SparseViT network, Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        var writer = new SafetensorsWriter();
        SparseViTMetadata.Of(network).AddTo(writer);
        SparseViTMetadata.AddNotes(writer, network.Notes);
        writer.AddChecksum();
        int d = network.Config.EmbedDim;
        writer.Add(TensorNames.ClassToken, [1, 1, d], network.Embedding.ClassToken);
        if (network.Embedding.DistillationToken is { } distillation)
        {
            writer.Add(TensorNames.DistillationToken, [1, 1, d], distillation);
        }

        writer.Add(TensorNames.Position, [1, network.Config.Tokens, d], network.Embedding.Position);
        var patch = network.Embedding.Patch;
        writer.Add(
            TensorNames.Weight(patch.Name), TensorNames.PatchShape(network.Config), CodedNumbers.Of(patch.Weight, network.WeightFormat));
        writer.Add(TensorNames.Bias(patch.Name), [d], patch.Bias);
        foreach (var layer in network.Layers)
        {
            Add(writer, layer.Norm1);
            Add(writer, layer.Qkv);
            Add(writer, layer.Proj);
            Add(writer, layer.Norm2);
            Add(writer, layer.Fc1);
            Add(writer, layer.Fc2);
        }

        Add(writer, network.Norm);
        foreach (var head in network.Heads)
        {
            var weight = CodedNumbers.Of(head.Weight, network.WeightFormat);
            writer.Add(TensorNames.Weight(head.Name), [head.OutFeatures, head.InFeatures], weight);
            writer.Add(TensorNames.Bias(head.Name), [head.OutFeatures], head.Bias);
        }

        writer.Write(stream);
    }

    private static void Add(SafetensorsWriter writer, LayerNormWeights norm)
    {
        writer.Add(TensorNames.Weight(norm.Name), [norm.Scale.Length], norm.Scale);
        writer.Add(TensorNames.Bias(norm.Name), [norm.Offset.Length], norm.Offset);
    }

    private static void Add(SafetensorsWriter writer, SparseLinear linear)
    {
        var matrix = linear.Weight;
        string weight = TensorNames.Weight(linear.Name);
        if (linear.IsDense)
        {
            writer.Add(weight, [matrix.Rows, matrix.Columns], matrix.Values);
        }
        else
        {
            writer.Add(TensorNames.CrowIndices(weight), [matrix.CrowIndices.Length], matrix.CrowIndices);
            writer.Add(TensorNames.ColIndices(weight), [matrix.ColIndices.Length], matrix.ColIndices);
            writer.Add(TensorNames.Values(weight), [matrix.KeptBlocks, matrix.Block.Height, matrix.Block.Width], matrix.Values);
        }

        writer.Add(TensorNames.Bias(linear.Name), [matrix.Rows], linear.Bias);
    }
}
