using Microsoft.ML.BlockPruning.Inference;
using Microsoft.ML.BlockPruning.MlNet.Columns;
using Microsoft.ML.Data;

namespace Microsoft.ML.BlockPruning.MlNet.Scoring;

/// <summary>Walks over an input twice at once: ahead over the images, a batch at a time, and behind over the other columns.</summary>
/// <remarks>Without a cursor ahead no output column was asked for, and the network does not run.</remarks>
internal sealed class ScoringCursor : DataViewRowCursor, IScoredRow
{
    private const int FirstRows = 16;

    private readonly Scorer _scorer;
    private readonly ScoringSchema _schema;
    private readonly DataViewRowCursor _passed;
    private readonly DataViewRowCursor? _ahead;
    private readonly HashSet<int> _active;
    private readonly ImageColumnReader? _reader;
    private readonly ValueGetter<DataViewRowId>? _aheadId;
    private readonly ValueGetter<DataViewRowId>? _passedId;
    private readonly int _batch;
    private DataViewRowId[] _ids = [];
    private float[] _images = [];
    private float[] _logits = [];
    private int _row;
    private int _rows;
    private bool _isDisposed;

    public ScoringCursor(
        Scorer scorer, ScoringSchema schema, DataViewRowCursor passed, DataViewRowCursor? ahead,
        IEnumerable<int> active, long? rowCount)
    {
        _scorer = scorer;
        _schema = schema;
        _passed = passed;
        _ahead = ahead;
        _active = [.. active];
        if (ahead is not null)
        {
            // A view that does not know its rows, or says too many, pays for those that come: the first batch grows as it is read.
            _batch = ScoringLimits.FittingBatch(scorer.Settings.BatchSize, scorer.Spec);
            _reader = scorer.CreateReader(ahead, ahead.Schema[schema.Image.Index]);
            _aheadId = ahead.GetIdGetter();
            _passedId = passed.GetIdGetter();
            Reserve((int)Math.Clamp(rowCount ?? FirstRows, 1, Math.Min(FirstRows, _batch)));
        }
    }

    public override DataViewSchema Schema => _schema.Output;

    public override long Position => _passed.Position;

    public override long Batch => _passed.Batch;

    public ReadOnlySpan<float> Logits => Position >= 0
        ? _logits.AsSpan(_row * _scorer.Spec.NumClasses, _scorer.Spec.NumClasses)
        : throw new InvalidOperationException("The cursor stands on no row; call MoveNext first.");

    public override ValueGetter<DataViewRowId> GetIdGetter() => _passed.GetIdGetter();

    public override bool IsColumnActive(DataViewSchema.Column column) => _active.Contains(column.Index);

    public override bool MoveNext()
    {
        if (!_passed.MoveNext())
        {
            return false;
        }

        if (_ahead is not null)
        {
            if (++_row >= _rows)
            {
                ScoreBatch();
            }

            CheckRow();
            _scorer.CheckFinite(Logits, Position);
        }

        return true;
    }

    public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
    {
        if (!IsColumnActive(column))
        {
            throw new ArgumentOutOfRangeException(nameof(column), $"Column '{column.Name}' was not asked for when the cursor was made.");
        }

        return _schema.IsInput(column)
            ? _passed.GetGetter<TValue>(_passed.Schema[column.Index])
            : _schema.GetterOf<TValue>(column, this);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing && !_isDisposed)
        {
            _isDisposed = true;
            _ahead?.Dispose();
            _passed.Dispose();
        }

        base.Dispose(disposing);
    }

    private void ScoreBatch()
    {
        int dim = _scorer.Spec.ImageDim;
        _row = 0;
        for (_rows = 0; _rows < _batch && _ahead!.MoveNext(); _rows++)
        {
            if (_rows == _ids.Length)
            {
                Reserve((int)Math.Min(2L * _rows, _batch));
            }

            _reader!.Read(_images.AsSpan(_rows * dim, dim));
            _aheadId!(ref _ids[_rows]);
        }

        _scorer.Score(_images.AsSpan(0, _rows * dim), _rows, _logits.AsSpan(0, _rows * _scorer.Spec.NumClasses));
    }

    private void Reserve(int rows)
    {
        Array.Resize(ref _ids, rows);
        Array.Resize(ref _images, rows * _scorer.Spec.ImageDim);
        _logits = new float[rows * _scorer.Spec.NumClasses];
    }

    /// <summary>A source that gives its rows in another order each time would put scores beside the wrong rows.</summary>
    private void CheckRow()
    {
        var id = default(DataViewRowId);
        _passedId!(ref id);
        if (_row >= _rows || !_ids[_row].Equals(id))
        {
            throw new InvalidOperationException(
                $"Row {Position} (from 0): two cursors over the input gave different rows. Cache the input (mlContext.Data.Cache) first.");
        }
    }
}
