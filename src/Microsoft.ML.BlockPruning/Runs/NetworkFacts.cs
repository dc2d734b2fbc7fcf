using Microsoft.ML.BlockPruning.Models;
using Microsoft.ML.BlockPruning.Runs.Reports;

namespace Microsoft.ML.BlockPruning.Runs;

/// <summary>What a network makes of names and pixels, and how that is known; no figure of it shows whether it is right.</summary>
/// <param name="Classes">In the dense network's order.</param>
/// <param name="Preprocessing">In the order of the steps.</param>
internal sealed record NetworkFacts(IReadOnlyList<ClassReport> Classes, IReadOnlyList<PreprocessingReport> Preprocessing)
{
    /// <summary>Of a pruned network out of a file: from its report, as far as that agrees with the network.</summary>
    /// <param name="network">The network.</param>
    /// <param name="report">Its report; null where it has none.</param>
    public static NetworkFacts Of(SparseViT network, PruneReport? report)
    {
        var classes = report?.Classes ?? [];
        var steps = PreprocessingOrigins.ModelFile.Describe(network.Preprocessing);
        var told = report?.Preprocessing ?? [];
        return new NetworkFacts(
            AreOf(classes, network.LabelNames) ? classes : InNetworksOrder(network.LabelNames),
            told.Select(step => (step.Name, step.Value)).SequenceEqual(steps.Select(step => (step.Name, step.Value))) ? told : steps);
    }

    /// <summary>The same with another word on EXIF's orientation, which an application may have after pruning.</summary>
    public NetworkFacts WithOrientation(bool isApplied) => this with
    {
        Preprocessing =
        [
            .. Preprocessing.Select(step => step.Name == PreprocessingOrigins.OrientationStep
                ? new PreprocessingReport
                {
                    Name = step.Name,
                    Value = PreprocessingOrigins.OrientationOf(isApplied),
                    Origin = "the transformer",
                }
                : step),
        ],
    };

    /// <summary>Classes whose slots are their own order.</summary>
    public static IReadOnlyList<ClassReport> InNetworksOrder(IReadOnlyList<string> names) =>
        [.. names.Select((name, i) => new ClassReport { Index = i, Name = name, Slot = i })];

    // A file may hold the report of another network.
    private static bool AreOf(IReadOnlyList<ClassReport> classes, IReadOnlyList<string> names) =>
        classes.Count == names.Count && classes.All(one => one.Slot >= 0 && one.Slot < names.Count
            && names[one.Slot] == (one.Label ?? one.Name));
}
