using Microsoft.ML.BlockPruning.Imaging;
using Microsoft.ML.BlockPruning.Inference;
using Microsoft.ML.BlockPruning.MlNet.Columns;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.BlockPruning.MlNet.Scoring;

/// <summary>Binds a transformer to the columns of an input: checks the image column and appends the outputs.</summary>
internal sealed class ScoringSchema
{
    private readonly IReadOnlyList<string> _labelNames;
    private readonly int _predictedLabel;
    private readonly int _score;

    /// <summary>Binds.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The image column is absent, or of a type or size that does not fit.</exception>
    public ScoringSchema(
        IExceptionContext context, DataViewSchema input, ScoringSettings settings, ImagePreprocessing preprocessing,
        IReadOnlyList<string> labelNames)
    {
        Input = input;
        Image = ImageColumn.Find(context, input, settings.ImageColumnName, preprocessing);
        _labelNames = labelNames;
        _predictedLabel = input.Count;
        _score = input.Count + 1;

        var builder = new DataViewSchema.Builder();
        builder.AddColumns(input);
        var keyType = new KeyDataViewType(typeof(uint), labelNames.Count);
        var scoreType = new VectorDataViewType(NumberDataViewType.Single, labelNames.Count);
        builder.AddColumn(settings.PredictedLabelColumnName, keyType, ScoreAnnotations.OfPredictedLabel(labelNames));
        builder.AddColumn(settings.ScoreColumnName, scoreType, ScoreAnnotations.OfScore(labelNames));
        if (settings.ProbabilityColumnName is { } probability)
        {
            builder.AddColumn(probability, scoreType, ScoreAnnotations.OfProbability(labelNames));
        }

        Output = builder.ToSchema();
    }

    public DataViewSchema Input { get; }

    /// <summary>The input's columns, then PredictedLabel, Score and, where it is named, Probability.</summary>
    public DataViewSchema Output { get; }

    /// <summary>The image column, of <see cref="Input"/>.</summary>
    public DataViewSchema.Column Image { get; }

    /// <summary>Whether a column of <see cref="Output"/> passes through from the input.</summary>
    public bool IsInput(DataViewSchema.Column column) => column.Index < Input.Count;

    /// <summary>Reads an output column off a scored row.</summary>
    public ValueGetter<TValue> GetterOf<TValue>(DataViewSchema.Column column, IScoredRow row)
    {
        Delegate getter = column.Index == _predictedLabel ? PredictedLabelGetter(row)
            : column.Index == _score ? ScoreGetter(row) : ProbabilityGetter(row);
        return getter as ValueGetter<TValue>
            ?? throw new InvalidOperationException(
                $"Column '{column.Name}' is {Output[column.Index].Type}; it cannot be read as {typeof(TValue)}.");
    }

    private static ValueGetter<uint> PredictedLabelGetter(IScoredRow row) => (ref uint value) =>
    {
        var logits = row.Logits;
        value = 0; // ML.NET's missing key: no logit is a number
        float best = float.NegativeInfinity;
        for (int i = 0; i < logits.Length; i++)
        {
            if (logits[i] > best)
            {
                best = logits[i];
                value = (uint)i + 1;
            }
        }
    };

    private ValueGetter<VBuffer<float>> ProbabilityGetter(IScoredRow row) => (ref VBuffer<float> value) =>
    {
        var editor = VBufferEditor.Create(ref value, _labelNames.Count);
        Softmax.Of(row.Logits, editor.Values);
        value = editor.Commit();
    };

    private ValueGetter<VBuffer<float>> ScoreGetter(IScoredRow row) => (ref VBuffer<float> value) =>
    {
        var editor = VBufferEditor.Create(ref value, _labelNames.Count);
        row.Logits.CopyTo(editor.Values);
        value = editor.Commit();
    };
}
