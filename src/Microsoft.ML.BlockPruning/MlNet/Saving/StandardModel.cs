using Microsoft.ML.BlockPruning.MlNet.Scoring;
using Microsoft.ML.BlockPruning.Runs.Reports;
using Microsoft.ML.Data;

namespace Microsoft.ML.BlockPruning.MlNet.Saving;

/// <summary>A pruned network with the columns that every model file of ours has, as a pipeline that asks for no label.</summary>
internal sealed class StandardModel : ITransformer, ICanSaveModel
{
    private readonly Scorer _scorer;
    private readonly PruneReport? _report;

    private StandardModel(Scorer network, PruneReport? report)
    {
        _scorer = network.With(ScoringSettings.Standard with
        {
            BatchSize = network.Settings.BatchSize,
            MaximumPixels = network.Settings.MaximumPixels,
        });
        _report = report;
    }

    public bool IsRowToRowMapper => true;

    /// <summary>The pipeline that is saved, and what its file says of its input: either column will do.</summary>
    /// <param name="network">Its memory is shared.</param>
    /// <param name="report">What pruning found; null: nothing is known.</param>
    public static (ITransformer Model, DataViewSchema Input) Of(Scorer network, PruneReport? report)
    {
        var context = new MLContext(seed: 1);
        var input = context.Data.LoadFromEnumerable<InputRow>([]);
        var scored = new StandardModel(network, report);
        var named = context.Transforms.Conversion.MapKeyToValue(ScoringSettings.Standard.PredictedLabelColumnName);
        return (new TransformerChain<ITransformer>(scored, named.Fit(scored.Transform(input))), input.Schema);
    }

    public DataViewSchema GetOutputSchema(DataViewSchema inputSchema) => _scorer.Bind(inputSchema).Output;

    public IDataView Transform(IDataView input) => new ScoringDataView(_scorer, input);

    public IRowToRowMapper GetRowToRowMapper(DataViewSchema inputSchema) => new ScoringRowMapper(_scorer, _scorer.Bind(inputSchema));

    void ICanSaveModel.Save(ModelSaveContext ctx)
    {
        _scorer.ThrowIfDisposed();
        new SavedModel(_scorer.Settings, _scorer.Network, _report).Write(ctx);
    }

    private sealed class InputRow
    {
        public byte[] Image { get; set; } = [];

        public string ImagePath { get; set; } = "";
    }
}
