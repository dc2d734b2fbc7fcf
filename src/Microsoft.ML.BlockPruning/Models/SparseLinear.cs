using Microsoft.ML.BlockPruning.Formats;
using Microsoft.ML.BlockPruning.Networks;
using Microsoft.ML.BlockPruning.Sparsity;

namespace Microsoft.ML.BlockPruning.Models;

/// <summary>A linear layer y = x Wᵀ + b whose weight is block-sparse; a dense one is a single block.</summary>
/// <param name="Name">timm's name without <c>.weight</c> or <c>.bias</c>.</param>
/// <param name="Weight">W [outFeatures, inFeatures].</param>
/// <param name="Bias">[outFeatures] float32.</param>
internal sealed record SparseLinear(string Name, BlockSparseMatrix Weight, float[] Bias)
{
    /// <summary>Whether one block covers the whole weight: the layer was not pruned.</summary>
    public bool IsDense => Weight.Block == new BlockShape(Weight.Rows, Weight.Columns) && Weight.KeptBlocks == 1;

    /// <summary>Takes the blocks that a mask keeps; without a mask all of the weight.</summary>
    public static SparseLinear FromDense(LinearWeights layer, BlockMask? mask) =>
        FromDense(layer.Name, layer.OutFeatures, layer.InFeatures, layer.Weight, layer.Bias, mask);

    /// <inheritdoc cref="FromDense(LinearWeights, BlockMask?)"/>
    public static SparseLinear FromDense(string name, int outFeatures, int inFeatures, float[] weight, float[] bias, BlockMask? mask)
    {
        mask ??= new BlockMask(outFeatures, inFeatures, new BlockShape(outFeatures, inFeatures));
        return new SparseLinear(name, BlockSparseMatrix.FromDense(weight, mask), [.. bias]);
    }

    /// <summary>The same layer as one block, with zeros where blocks were removed.</summary>
    public SparseLinear ToDense() =>
        IsDense ? this : FromDense(Name, Weight.Rows, Weight.Columns, Weight.ToDense(), Bias, mask: null).In(Weight.Values.Format);

    /// <summary>The same layer with its weight in a format, rounded to nearest; the bias stays float32.</summary>
    /// <exception cref="ArithmeticException">A kept weight is beyond what the format holds; names it.</exception>
    public SparseLinear In(NumberFormat format)
    {
        if (Weight.Values.Format == format)
        {
            return this;
        }

        WeightRounding.RequireFits(Name, format, Weight.Values.ToSingles());
        return this with { Weight = Weight.In(format) };
    }
}
