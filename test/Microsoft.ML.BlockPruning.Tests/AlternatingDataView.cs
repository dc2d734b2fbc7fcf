namespace Microsoft.ML.BlockPruning.Tests;

/// <summary>Gives the rows of one view, then of the other: a source whose order does not repeat.</summary>
internal sealed class AlternatingDataView(IDataView first, IDataView second) : IDataView
{
    private int _cursors;

    public bool CanShuffle => false;

    public DataViewSchema Schema => first.Schema;

    public long? GetRowCount() => first.GetRowCount();

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null)
    {
        var view = _cursors++ % 2 == 0 ? first : second;
        return view.GetRowCursor(columnsNeeded.Select(column => view.Schema[column.Index]), rand);
    }

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null) =>
        [GetRowCursor(columnsNeeded, rand)];
}
