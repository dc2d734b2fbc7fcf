using Microsoft.ML.BlockPruning;
using Microsoft.ML.BlockPruning.Checkpoints;
using Microsoft.ML.BlockPruning.Checkpoints.Families;
using Microsoft.ML.BlockPruning.Formats;
using Microsoft.ML.BlockPruning.Runs.Reports;

namespace BlockPrune.Cli;

/// <summary>What <c>blockprune inspect --json</c> says of a model.</summary>
internal sealed record InspectedModel(
    string Model, string Network, bool IsDense, NumberFormat WeightFormat, long MultiplyAdds, long DenseMultiplyAdds,
    IReadOnlyList<PreprocessingReport> Preprocessing, IReadOnlyList<ClassReport> Classes, IReadOnlyList<string> Notes,
    IEnumerable<object> Layers)
{
    /// <summary>Whose names a dense checkpoint has; null of a pruned model.</summary>
    public string? Layout { get; init; }

    /// <summary>Heads, epsilon and the like of a dense checkpoint, each with who says so; null of a pruned model.</summary>
    public IReadOnlyList<CheckpointFact>? Facts { get; init; }

    /// <summary>All of them, this one included, where there are several.</summary>
    public IReadOnlyList<InspectedModel>? Models { get; init; }

    /// <param name="model">The model.</param>
    /// <param name="checkpoint">Where it is a dense checkpoint.</param>
    /// <param name="layers">Those that are shown.</param>
    public static InspectedModel Of(OpenModel model, CheckpointDescription? checkpoint, IEnumerable<LayerSummary> layers)
    {
        var network = model.Network;
        return new InspectedModel(
            model.Name, network.Network.ToString(), model.IsDense, network.WeightFormat, network.MultiplyAdds, network.DenseMultiplyAdds,
            network.PreprocessingSteps, network.Classes, network.Notes, layers.Select(Figures))
        {
            Layout = checkpoint?.Layout,
            Facts = checkpoint?.Facts,
        };
    }

    private static object Figures(LayerSummary layer) => new
    {
        layer.Name,
        layer.OutFeatures,
        layer.InFeatures,
        Block = layer.Block.ToString(),
        layer.KeptBlocks,
        layer.TotalBlocks,
        layer.MultiplyAdds,
        layer.DenseMultiplyAdds,
    };
}
