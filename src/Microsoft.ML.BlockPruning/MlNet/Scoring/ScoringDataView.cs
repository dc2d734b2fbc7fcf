using Microsoft.ML.Data;
using Microsoft.ML.Model.OnnxConverter;

namespace Microsoft.ML.BlockPruning.MlNet.Scoring;

/// <summary>An input with the scores beside it, computed in batches when a cursor asks for them.</summary>
/// <remarks>ML.NET's ConvertToOnnx finds the steps of a pipeline by walking back over its views.</remarks>
internal sealed class ScoringDataView(Scorer scorer, IDataView source) : ITransformCanSaveOnnx
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

    IDataView IDataTransform.Source => source;

    bool ICanSaveOnnx.CanSaveOnnx(OnnxContext ctx)
    {
        ScoringExport.Check(scorer.Network, _schema.Image);
        return true;
    }

    void ISaveAsOnnx.SaveAsOnnx(OnnxContext ctx) => ScoringExport.Add(ctx, scorer.Network, _schema, scorer.Settings);

    void ICanSaveModel.Save(ModelSaveContext ctx) =>
        throw new NotSupportedException("A view of scored rows is not saved; save the transformer that made it.");
}
