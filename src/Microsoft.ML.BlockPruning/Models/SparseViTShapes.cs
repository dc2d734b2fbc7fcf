using Microsoft.ML.BlockPruning.Checkpoints.Containers.Safetensors;
using Microsoft.ML.BlockPruning.Networks;
using Microsoft.ML.BlockPruning.Networks.Families;

namespace Microsoft.ML.BlockPruning.Models;

/// <summary>Holds the shapes of a file's tensors against what its metadata claims, before memory is taken for either.</summary>
/// <remarks>The header has been checked: a tensor's shape is as large as the bytes that the file really has for it.</remarks>
internal sealed class SparseViTShapes(SafetensorsFile file)
{
    /// <summary>Checks every tensor, and ends at the first that is missing or misshapen, however deep the network claims to be.</summary>
    /// <exception cref="InvalidDataException">A tensor is missing or misshapen; names it.</exception>
    public void Check(ViTConfig config)
    {
        int d = config.EmbedDim;
        Require(TensorNames.ClassToken, 1, 1, d);
        if (config.IsDistilled)
        {
            Require(TensorNames.DistillationToken, 1, 1, d);
        }

        Require(TensorNames.Position, 1, config.Tokens, d);
        Require(TensorNames.Weight("patch_embed.proj"), [.. TensorNames.PatchShape(config)]);
        Require(TensorNames.Bias("patch_embed.proj"), d);
        for (int index = 0; index < config.Depth; index++)
        {
            RequireNorm($"blocks.{index}.norm1", d);
            RequireNorm($"blocks.{index}.norm2", d);
            foreach (var layer in LinearShape.OfEncoderLayer(config, index))
            {
                RequireLayer(layer);
            }
        }

        RequireNorm("norm", d);
        foreach (string head in TensorNames.Heads(config))
        {
            Require(TensorNames.Weight(head), config.NumClasses, d);
            Require(TensorNames.Bias(head), config.NumClasses);
        }
    }

    private void RequireNorm(string name, int features)
    {
        Require(TensorNames.Weight(name), features);
        Require(TensorNames.Bias(name), features);
    }

    private void RequireLayer(LinearShape layer)
    {
        Require(TensorNames.Bias(layer.Name), layer.OutFeatures);
        string weight = TensorNames.Weight(layer.Name);
        if (file.Tensors.ContainsKey(weight))
        {
            Require(weight, layer.OutFeatures, layer.InFeatures);
            return;
        }

        long[] values = ShapeOf(TensorNames.Values(weight));
        if (values is not [_, > 0, > 0] || values[1] > layer.OutFeatures || values[2] > layer.InFeatures)
        {
            throw new InvalidDataException(
                $"{file.Source}: block-sparse weight '{weight}': its values are [{string.Join(", ", values)}], "
                + $"expected [blocks, height, width] with blocks no larger than {layer.OutFeatures}x{layer.InFeatures}.");
        }

        Require(TensorNames.ColIndices(weight), values[0]);
        Require(TensorNames.CrowIndices(weight), ((layer.OutFeatures - 1) / values[1]) + 2);
    }

    private void Require(string name, params ReadOnlySpan<long> shape)
    {
        long[] found = ShapeOf(name);
        if (!shape.SequenceEqual(found))
        {
            throw new InvalidDataException(
                $"{file.Source}: tensor '{name}' is [{string.Join(", ", found)}], expected [{string.Join(", ", shape.ToArray())}].");
        }
    }

    private long[] ShapeOf(string name) => file.Tensors.TryGetValue(name, out var tensor)
        ? tensor.Shape
        : throw new InvalidDataException($"{file.Source}: there is no tensor '{name}' among its {file.Tensors.Count} tensors.");
}
