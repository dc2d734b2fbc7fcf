using Microsoft.ML.BlockPruning.Models;
using Microsoft.ML.BlockPruning.Networks;

namespace Microsoft.ML.BlockPruning.Onnx;

/// <summary>A linear layer y = x Wᵀ + b as a graph is given it.</summary>
/// <param name="Name">Its canonical name without <c>.weight</c> or <c>.bias</c>.</param>
/// <param name="OutFeatures">Rows of the weight.</param>
/// <param name="InFeatures">Columns of the weight.</param>
/// <param name="Weight">[outFeatures, inFeatures], row-major, zeros in removed blocks; made when it is asked for.</param>
/// <param name="Bias">[outFeatures].</param>
internal sealed record OnnxLinear(string Name, int OutFeatures, int InFeatures, Func<float[]> Weight, float[] Bias)
{
    public static OnnxLinear Of(SparseLinear linear) =>
        new(linear.Name, linear.Weight.Rows, linear.Weight.Columns, linear.Weight.ToDense, linear.Bias);

    public static OnnxLinear Of(LinearWeights linear) =>
        new(linear.Name, linear.OutFeatures, linear.InFeatures, () => linear.Weight, linear.Bias);

    /// <summary>Some of the outputs alone.</summary>
    public OnnxLinear Rows(int[] rows) => this with
    {
        OutFeatures = rows.Length,
        Weight = () =>
        {
            float[] weight = Weight();
            return [.. rows.SelectMany(row => weight.AsMemory(row * InFeatures, InFeatures).ToArray())];
        },
        Bias = [.. rows.Select(row => Bias[row])],
    };

    /// <summary>Some of the inputs alone: the others count as zero.</summary>
    public OnnxLinear Columns(int[] columns) => this with
    {
        InFeatures = columns.Length,
        Weight = () =>
        {
            float[] weight = Weight();
            return [.. Enumerable.Range(0, OutFeatures).SelectMany(row => columns.Select(column => weight[(row * InFeatures) + column]))];
        },
    };

    /// <summary>[inFeatures, outFeatures], as MatMul reads it: it knows no transposition.</summary>
    public float[] Transposed()
    {
        float[] weight = Weight(), transposed = new float[weight.Length];
        for (int row = 0; row < OutFeatures; row++)
        {
            for (int column = 0; column < InFeatures; column++)
            {
                transposed[(column * OutFeatures) + row] = weight[(row * InFeatures) + column];
            }
        }

        return transposed;
    }
}
