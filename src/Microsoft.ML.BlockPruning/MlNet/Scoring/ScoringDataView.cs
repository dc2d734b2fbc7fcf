namespace Microsoft.ML.BlockPruning.MlNet.Scoring;

/// <summary>An input with the scores beside it, computed in batches when a cursor asks for them.</summary>
internal sealed class ScoringDataView(Scorer scorer, IDataView source) : IDataView
{
    private readonly ScoringSchema _schema = scorer.Bind(source.Schema);

    public DataViewSchema Schema => _schema.Output;

    /// <summary>No: two cursors walk over the source side by side and must see one order. ShuffleRows works before and after.</summary>
    public bool CanShuffle => false;

    public long? GetRowCount() => source.GetRowCount();

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null)
    {
        ArgumentNullException.ThrowIfNull(columnsNeeded);
        var needed = columnsNeeded.ToList();
        var passed = source.GetRowCursor(needed.Where(_schema.IsInput).Select(column => source.Schema[column.Index]));
        bool isScored = needed.Exists(column => !_schema.IsInput(column));
        var ahead = isScored ? source.GetRowCursor([_schema.Image]) : null;
        return new ScoringCursor(scorer, _schema, passed, ahead, needed.Select(column => column.Index), GetRowCount());
    }

    /// <summary>One cursor: a batch is scored by all threads already.</summary>
    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null) =>
        [GetRowCursor(columnsNeeded, rand)];
}
