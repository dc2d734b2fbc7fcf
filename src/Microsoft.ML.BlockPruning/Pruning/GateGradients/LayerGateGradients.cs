using Microsoft.ML.BlockPruning.Sparsity;

namespace Microsoft.ML.BlockPruning.Pruning.GateGradients;

/// <summary>Gate gradients of one layer: s[n, k] = ⟨G_n, W⟩ over block k, G_n the gradient of image n's loss.</summary>
/// <remarks>
/// A gate multiplies a block and is one in the dense network, so s[n, k] is the derivative of image n's loss by gate k, and closing gates
/// z changes that loss by −Σ z_k s[n, k] to first order. With labels sampled from the network, ½ mean_n (Σ z_k s[n, k])² is the KL
/// divergence of the pruned network to second order (the true Fisher: Martens, JMLR 2020).
/// </remarks>
internal sealed class LayerGateGradients
{
    /// <summary>Takes the array as it is.</summary>
    /// <param name="layerName">Canonical name of the prunable layer.</param>
    /// <param name="blocks">The layer's block grid; not changed.</param>
    /// <param name="values">[images, blocks] row-major, blocks row-major in the grid.</param>
    /// <exception cref="ArgumentException">The array has no whole number of images, or holds a number that is not finite.</exception>
    public LayerGateGradients(string layerName, BlockMask blocks, float[] values)
    {
        if (values.Length == 0 || values.Length % blocks.TotalBlocks != 0)
        {
            throw new ArgumentException(
                $"The gate gradients of '{layerName}' are {values.Length} numbers, no multiple of its {blocks.TotalBlocks} blocks.",
                nameof(values));
        }

        int wrong = Array.FindIndex(values, value => !float.IsFinite(value));
        if (wrong >= 0)
        {
            throw new ArgumentException(
                $"The gate gradient of '{layerName}', image {wrong / blocks.TotalBlocks}, block {wrong % blocks.TotalBlocks} is "
                + $"{values[wrong]}; all must be finite.",
                nameof(values));
        }

        LayerName = layerName;
        Blocks = blocks;
        Values = values;
    }

    public string LayerName { get; }

    public BlockMask Blocks { get; }

    /// <summary>[images, blocks] row-major.</summary>
    public float[] Values { get; }

    public int Images => Values.Length / Blocks.TotalBlocks;

    /// <summary>The same gradients over the blocks that are still there; only those can be kept. Shares the array.</summary>
    /// <param name="remaining">A mask over the same grid; not changed.</param>
    public LayerGateGradients Within(BlockMask remaining) => new(LayerName, remaining, Values);

    /// <summary>[blocks] mean over images of s², the diagonal of the gates' Fisher.</summary>
    public double[] MeanSquares()
    {
        double[] squares = new double[Blocks.TotalBlocks];
        for (int i = 0; i < Values.Length; i++)
        {
            squares[i % squares.Length] += (double)Values[i] * Values[i] / Images;
        }

        return squares;
    }

    /// <summary>Checks that all layers are of the same images.</summary>
    /// <returns>How many images.</returns>
    /// <exception cref="ArgumentException">They are not, or there is no layer.</exception>
    public static int ImagesOf(IReadOnlyList<LayerGateGradients> layers)
    {
        ArgumentNullException.ThrowIfNull(layers);
        if (layers.Count == 0)
        {
            throw new ArgumentException("There are no gate gradients; give those of every prunable layer.", nameof(layers));
        }

        var other = layers.FirstOrDefault(layer => layer.Images != layers[0].Images);
        return other is null
            ? layers[0].Images
            : throw new ArgumentException(
                $"'{other.LayerName}' has gate gradients of {other.Images} images, '{layers[0].LayerName}' of {layers[0].Images}.",
                nameof(layers));
    }
}
