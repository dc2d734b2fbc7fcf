using Microsoft.ML.Data;

namespace Microsoft.ML.BlockPruning.MlNet.Scoring;

/// <summary>Scores single rows, for PredictionEngine.</summary>
internal sealed class ScoringRowMapper(Scorer scorer, ScoringSchema schema) : IRowToRowMapper
{
    public DataViewSchema InputSchema => schema.Input;

    public DataViewSchema OutputSchema => schema.Output;

    public IEnumerable<DataViewSchema.Column> GetDependencies(IEnumerable<DataViewSchema.Column> dependingColumns)
    {
        ArgumentNullException.ThrowIfNull(dependingColumns);
        var needed = dependingColumns.Select(column => schema.IsInput(column) ? column.Index : schema.Image.Index).ToHashSet();
        return schema.Input.Where(column => needed.Contains(column.Index));
    }

    public DataViewRow GetRow(DataViewRow input, IEnumerable<DataViewSchema.Column> activeColumns)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(activeColumns);
        return new ScoringRow(scorer, schema, input, activeColumns.Select(column => column.Index));
    }
}
