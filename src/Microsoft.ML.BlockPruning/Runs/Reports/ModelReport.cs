using Microsoft.ML.BlockPruning.Sparsity;

namespace Microsoft.ML.BlockPruning.Runs.Reports;

/// <summary>One pruned model to look at: what is left of each layer, where its answers differ from the dense network's.</summary>
public sealed class ModelReport
{
    internal ModelReport()
    {
    }

    /// <summary>What the model is called on the page, such as its file's name.</summary>
    public required string Name { get; init; }

    /// <summary>What pruning found and measured; null where the model carries no report of it.</summary>
    public PruneReport? Pruning { get; init; }

    /// <summary>How the model answers beside the dense network; null where the two were not compared.</summary>
    public HeldOutReport? HeldOut { get; init; }

    /// <summary>The classes in the dense network's order, and what the images call them.</summary>
    public IReadOnlyList<ClassReport> Classes { get; init; } = [];

    /// <summary>What is done to an image first, and who says so.</summary>
    public IReadOnlyList<PreprocessingReport> Preprocessing { get; init; } = [];

    /// <summary>In forward order.</summary>
    internal IReadOnlyList<KeptLayer> Layers { get; init; } = [];

    /// <summary>The answers behind <see cref="HeldOut"/>.</summary>
    internal AnswerComparison? Answers { get; init; }

    /// <summary>The changed answers that the page shows, with their images.</summary>
    internal IReadOnlyList<ChangedAnswer> Examples { get; init; } = [];

    /// <summary>A report of a pruning whose network is not at hand.</summary>
    internal static ModelReport Of(PruneReport pruning) => new()
    {
        Name = pruning.Settings.Network,
        Pruning = pruning,
        HeldOut = pruning.Network.HeldOut,
        Classes = pruning.Classes,
        Preprocessing = pruning.Preprocessing,
        Layers = [.. pruning.Layers.Select(KeptLayer.Of)],
    };

    /// <summary>Blocks by layer.</summary>
    internal static IReadOnlyList<KeptLayer> LayersOf(IEnumerable<(string Group, string Name, BlockMask Mask)> masks) =>
        [.. masks.Select(layer => KeptLayer.Of(layer.Group, layer.Name, layer.Mask))];
}
