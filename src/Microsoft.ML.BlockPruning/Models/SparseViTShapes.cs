using Microsoft.ML.BlockPruning.Checkpoints.Containers.Safetensors;
using Microsoft.ML.BlockPruning.Networks;

namespace Microsoft.ML.BlockPruning.Models;

/// <summary>Holds the shapes of a file's tensors against what its metadata claims, before memory is taken for either.</summary>
/// <remarks>The header has been checked: a tensor's shape is as large as the bytes that the file really has for it.</remarks>
internal sealed class SparseViTShapes(SafetensorsFile file)
{
    /// <summary>Checks every tensor, and ends at the first that is missing or misshapen.</summary>
    /// <exception cref="InvalidDataException">A tensor is missing or misshapen; names it.</exception>
    public void Check(NetworkSpec spec)
    {
        foreach (var part in spec.Parts)
        {
            switch (part)
            {
                case FreePart free:
                    Require(free.Name, Sides(free.Shape));
                    break;
                case NormPart norm:
                    Require(TensorNames.Weight(norm.Norm.Name), norm.Norm.Features);
                    Require(TensorNames.Bias(norm.Norm.Name), norm.Norm.Features);
                    break;
                case LinearPart { IsPrunable: true } linear:
                    RequireSparse(linear.Linear);
                    break;
                case LinearPart linear:
                    Require(TensorNames.Weight(linear.Linear.Name), Sides(linear.WeightShape));
                    Require(TensorNames.Bias(linear.Linear.Name), linear.Linear.OutFeatures);
                    break;
            }
        }
    }

    private static long[] Sides(int[] shape) => [.. shape];

    private void RequireSparse(LinearSpec layer)
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
