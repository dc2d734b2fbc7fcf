using Microsoft.ML.BlockPruning.MlNet.Interop;
using Microsoft.ML.Data;

namespace Microsoft.ML.BlockPruning.MlNet.Scoring;

/// <summary>The annotations by which ML.NET's evaluators and converters know the columns of a multiclass classifier.</summary>
internal static class ScoreAnnotations
{
    private const string ClassificationKind = "MulticlassClassification";

    /// <summary>What an estimator promises of PredictedLabel.</summary>
    public static SchemaShape PredictedLabelShape => new([Names("KeyValues"), Text("ScoreColumnKind"), Text("ScoreValueKind")]);

    /// <summary>What an estimator promises of Score.</summary>
    public static SchemaShape ScoreShape => new(
    [
        Names("SlotNames"), Names("TrainingLabelValues"), Text("ScoreColumnKind"), Text("ScoreValueKind"),
        MlNetSchema.NewColumn("ScoreColumnSetId", SchemaShape.Column.VectorKind.Scalar, NumberDataViewType.UInt32, isKey: true, null),
    ]);

    /// <summary>The class names as key values, so that MapKeyToValue works.</summary>
    public static DataViewSchema.Annotations OfPredictedLabel(IReadOnlyList<string> labelNames)
    {
        var builder = new DataViewSchema.Annotations.Builder();
        AddNames(builder, "KeyValues", labelNames);
        AddText(builder, "ScoreColumnKind", ClassificationKind);
        AddText(builder, "ScoreValueKind", "PredictedLabel");
        return builder.ToAnnotations();
    }

    /// <summary>The class names as slot names, and what kind of scores they are.</summary>
    public static DataViewSchema.Annotations OfScore(IReadOnlyList<string> labelNames) => OfScores(labelNames, "Score");

    /// <summary>The same of probabilities.</summary>
    public static DataViewSchema.Annotations OfProbability(IReadOnlyList<string> labelNames) => OfScores(labelNames, "Probability");

    private static DataViewSchema.Annotations OfScores(IReadOnlyList<string> labelNames, string kind)
    {
        var builder = new DataViewSchema.Annotations.Builder();
        AddNames(builder, "SlotNames", labelNames);
        AddNames(builder, "TrainingLabelValues", labelNames);
        AddText(builder, "ScoreColumnKind", ClassificationKind);
        AddText(builder, "ScoreValueKind", kind);
        builder.AddPrimitiveValue("ScoreColumnSetId", new KeyDataViewType(typeof(uint), uint.MaxValue), 1u);
        return builder.ToAnnotations();
    }

    private static SchemaShape.Column Names(string kind) =>
        MlNetSchema.NewColumn(kind, SchemaShape.Column.VectorKind.Vector, TextDataViewType.Instance, isKey: false, null);

    private static SchemaShape.Column Text(string kind) =>
        MlNetSchema.NewColumn(kind, SchemaShape.Column.VectorKind.Scalar, TextDataViewType.Instance, isKey: false, null);

    private static void AddText(DataViewSchema.Annotations.Builder builder, string kind, string value) =>
        builder.AddPrimitiveValue(kind, TextDataViewType.Instance, value.AsMemory());

    private static void AddNames(DataViewSchema.Annotations.Builder builder, string kind, IReadOnlyList<string> names) => builder.Add(
        kind,
        new VectorDataViewType(TextDataViewType.Instance, names.Count),
        (ref VBuffer<ReadOnlyMemory<char>> value) =>
        {
            var editor = VBufferEditor.Create(ref value, names.Count);
            for (int i = 0; i < names.Count; i++)
            {
                editor.Values[i] = names[i].AsMemory();
            }

            value = editor.Commit();
        });
}
