using Microsoft.ML.BlockPruning.Sparsity;

namespace Microsoft.ML.BlockPruning.Benchmarks.Lpvit;

/// <summary>What LPViT knows of one prunable layer.</summary>
internal sealed class LpvitLayer
{
    /// <summary>Takes the arrays as they are.</summary>
    /// <param name="name">Canonical name of the layer.</param>
    /// <param name="blocks">The layer's block grid; not changed.</param>
    /// <param name="weights">[out, in] row-major.</param>
    /// <param name="meanGradients">
    /// [out, in] row-major: gradient of mean(logits²), the mean over the images and classes of a batch, averaged over batches.
    /// </param>
    /// <exception cref="ArgumentException">An array is not of the grid's size, or holds a number that is not finite.</exception>
    public LpvitLayer(string name, BlockMask blocks, float[] weights, float[] meanGradients)
    {
        Name = name;
        Blocks = blocks;
        Weights = Checked(weights, nameof(weights));
        MeanGradients = Checked(meanGradients, nameof(meanGradients));
    }

    public string Name { get; }

    public BlockMask Blocks { get; }

    public float[] Weights { get; }

    public float[] MeanGradients { get; }

    private float[] Checked(float[] values, string what)
    {
        if (values.Length != Blocks.Rows * Blocks.Columns)
        {
            throw new ArgumentException(
                $"The {what} of '{Name}' are {values.Length} numbers, its weight is {Blocks.Rows}x{Blocks.Columns}.", what);
        }

        int wrong = Array.FindIndex(values, value => !float.IsFinite(value));
        return wrong < 0
            ? values
            : throw new ArgumentException($"The {what} of '{Name}' hold {values[wrong]} at position {wrong}; all must be finite.", what);
    }
}
