using Microsoft.ML.BlockPruning.Networks;

namespace Microsoft.ML.BlockPruning.Models;

/// <summary>A pruned network's weights as a dense network has them.</summary>
internal static class DenseWeights
{
    /// <summary>Copies every tensor, with zeros where blocks were removed.</summary>
    public static NetworkWeights Of(SparseViT network)
    {
        var dense = new NetworkWeights(network.Spec) { Notes = network.Notes };
        var sparse = network.Weights;
        foreach (var part in network.Spec.Parts)
        {
            switch (part)
            {
                case FreePart free:
                    sparse[free.Name].CopyTo(dense[free.Name], 0);
                    break;
                case NormPart norm:
                    sparse[norm.Norm].Scale.CopyTo(dense[norm.Norm].Scale, 0);
                    sparse[norm.Norm].Offset.CopyTo(dense[norm.Norm].Offset, 0);
                    break;
                case LinearPart { IsPrunable: true } linear:
                    sparse[linear.Linear].Weight.ToDense().CopyTo(dense[linear.Linear].Weight, 0);
                    sparse[linear.Linear].Bias.CopyTo(dense[linear.Linear].Bias, 0);
                    break;
                case LinearPart linear:
                    sparse.Dense(linear.Linear).Weight.CopyTo(dense[linear.Linear].Weight, 0);
                    sparse.Dense(linear.Linear).Bias.CopyTo(dense[linear.Linear].Bias, 0);
                    break;
            }
        }

        return dense;
    }
}
