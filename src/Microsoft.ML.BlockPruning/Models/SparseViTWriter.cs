using Microsoft.ML.BlockPruning.Checkpoints.Containers.Safetensors;
using Microsoft.ML.BlockPruning.Formats;
using Microsoft.ML.BlockPruning.Networks;

namespace Microsoft.ML.BlockPruning.Models;

/// <summary>Writes a <see cref="SparseViT"/> as safetensors, in the checkpoint's order.</summary>
/// <remarks>
/// A dense tensor has its canonical name. A pruned weight is three tensors with PyTorch's BSR names: <c>.crow_indices</c>,
/// <c>.col_indices</c> and <c>.values</c> [blocks, height, width], ragged edge blocks padded with zeros. All else about the network is in
/// the metadata, with the file's SHA-256. The matrices, patch embedding and heads included, have the network's format, as their dtype
/// says; the rest, which is small, is float32.
/// </remarks>
internal static class SparseViTWriter
{
    public static void Save(this SparseViT network, Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        var writer = new SafetensorsWriter();
        SparseViTMetadata.Add(writer, network.Spec, network.Preprocessing, network.LabelNames);
        SparseViTMetadata.AddNotes(writer, network.Notes);
        FormatMetadata.Add(writer, network.Formats);
        writer.AddChecksum();
        foreach (var part in network.Spec.Parts)
        {
            Add(writer, part, network);
        }

        writer.Write(stream);
    }

    private static void Add(SafetensorsWriter writer, NetworkPart part, SparseViT network)
    {
        var weights = network.Weights;
        switch (part)
        {
            case FreePart free:
                writer.Add(free.Name, free.Shape, weights[free.Name]);
                break;
            case NormPart norm:
                writer.Add(TensorNames.Weight(norm.Norm.Name), [norm.Norm.Features], weights[norm.Norm].Scale);
                writer.Add(TensorNames.Bias(norm.Norm.Name), [norm.Norm.Features], weights[norm.Norm].Offset);
                break;
            case LinearPart { IsPrunable: true } linear:
                Add(writer, weights[linear.Linear]);
                break;
            case LinearPart linear:
                var dense = weights.Dense(linear.Linear);
                writer.Add(TensorNames.Weight(dense.Name), linear.WeightShape, CodedNumbers.Of(dense.Weight, network.WeightFormat));
                writer.Add(TensorNames.Bias(dense.Name), [dense.OutFeatures], dense.Bias);
                break;
        }
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
