using Microsoft.ML.BlockPruning.Networks;

namespace Microsoft.ML.BlockPruning.Pruning.Bases;

/// <summary>Steps over one residual stream, from where it begins to the merge or the heads that end it.</summary>
/// <param name="Features">Features of the stream.</param>
/// <param name="Steps">Numbers of the steps that add to the stream.</param>
/// <param name="Begin">The merge that writes it; null: the stem.</param>
/// <param name="End">Number of the merge that reads it; null: the heads.</param>
internal sealed record StreamSegment(int Features, IReadOnlyList<int> Steps, MergeSpec? Begin, int? End)
{
    /// <summary>The streams of a network in forward order.</summary>
    public static IReadOnlyList<StreamSegment> Of(NetworkSpec spec)
    {
        var segments = new List<StreamSegment>();
        var steps = new List<int>();
        var (features, begin) = (spec.Stem.Patch.OutFeatures, (MergeSpec?)null);
        foreach (var (index, step) in spec.Steps.Index())
        {
            if (step is MergeSpec merge)
            {
                segments.Add(new StreamSegment(features, [.. steps], begin, index));
                (features, begin) = (merge.Reduction.OutFeatures, merge);
                steps.Clear();
            }
            else
            {
                steps.Add(index);
            }
        }

        segments.Add(new StreamSegment(features, steps, begin, null));
        return segments;
    }
}
