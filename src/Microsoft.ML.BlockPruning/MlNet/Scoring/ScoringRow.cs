using Microsoft.ML.BlockPruning.MlNet.Columns;
using Microsoft.ML.Data;

namespace Microsoft.ML.BlockPruning.MlNet.Scoring;

/// <summary>One row with its scores; they are computed once a position, when the first output column is read.</summary>
internal sealed class ScoringRow : DataViewRow, IScoredRow
{
    private readonly Scorer _scorer;
    private readonly ScoringSchema _schema;
    private readonly DataViewRow _input;
    private readonly HashSet<int> _active;
    private readonly ImageColumnReader? _reader;
    private readonly float[] _image = [];
    private readonly float[] _logits = [];
    private long _scored = long.MinValue;
    private bool _isDisposed;

    public ScoringRow(Scorer scorer, ScoringSchema schema, DataViewRow input, IEnumerable<int> active)
    {
        _scorer = scorer;
        _schema = schema;
        _input = input;
        _active = [.. active];
        if (_active.Any(index => index >= schema.Input.Count))
        {
            _reader = scorer.CreateReader(input, input.Schema[schema.Image.Index]);
            _image = new float[scorer.Spec.ImageDim];
            _logits = new float[scorer.Spec.NumClasses];
        }
    }

    public override DataViewSchema Schema => _schema.Output;

    public override long Position => _input.Position;

    public override long Batch => _input.Batch;

    public ReadOnlySpan<float> Logits
    {
        get
        {
            if (_scored != Position)
            {
                _reader!.Read(_image);
                _scorer.Score(_image, 1, _logits);
                _scorer.CheckFinite(_logits, Position);
                _scored = Position;
            }

            return _logits;
        }
    }

    public override ValueGetter<DataViewRowId> GetIdGetter() => _input.GetIdGetter();

    public override bool IsColumnActive(DataViewSchema.Column column) => _active.Contains(column.Index);

    public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
    {
        if (!IsColumnActive(column))
        {
            throw new ArgumentOutOfRangeException(nameof(column), $"Column '{column.Name}' was not asked for when the row was made.");
        }

        return _schema.IsInput(column)
            ? _input.GetGetter<TValue>(_input.Schema[column.Index])
            : _schema.GetterOf<TValue>(column, this);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing && !_isDisposed)
        {
            _isDisposed = true;
            _input.Dispose();
        }

        base.Dispose(disposing);
    }
}
