using Microsoft.ML.BlockPruning;
using Microsoft.ML.BlockPruning.Formats;
using Microsoft.ML.BlockPruning.Runs.Reports;

namespace BlockPrune.Cli;

/// <summary>What <c>blockprune inspect --json</c> says of a model.</summary>
internal sealed record InspectedModel(
    string Model, string Network, bool IsDense, NumberFormat WeightFormat, long MultiplyAdds, long DenseMultiplyAdds,
    IReadOnlyList<PreprocessingReport> Preprocessing, IReadOnlyList<ClassReport> Classes, IReadOnlyList<string> Notes,
    IEnumerable<object> Layers)
{
    /// <summary>All of them, this one included, where there are several.</summary>
    public IReadOnlyList<InspectedModel>? Models { get; init; }

    /// <param name="model">The model.</param>
    /// <param name="layers">Those that are shown.</param>
    public static InspectedModel Of(OpenModel model, IEnumerable<LayerSummary> layers)
    {
        var network = model.Network;
        return new InspectedModel(
            model.Name, network.Network.ToString(), model.IsDense, network.WeightFormat, network.MultiplyAdds, network.DenseMultiplyAdds,
            network.PreprocessingSteps, network.Classes, network.Notes, layers.Select(Figures));
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
