using Microsoft.ML.BlockPruning.MlNet.Interop;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Image;

namespace Microsoft.ML.BlockPruning.Tests;

/// <summary>What ML.NET's own tests ask of every estimator and transformer, and what batching must not change.</summary>
internal static class EstimatorContract
{
    /// <summary>Checks.</summary>
    /// <param name="ml">The context that made the estimator.</param>
    /// <param name="estimator">The estimator.</param>
    /// <param name="valid">Data that it fits and that its transformer scores.</param>
    /// <param name="invalid">Data whose schema it must refuse.</param>
    public static void AssertHolds(
        MLContext ml, IEstimator<SparseViTTransformer> estimator, IDataView valid, IEnumerable<IDataView> invalid)
    {
        var promised = estimator.GetOutputSchema(MlNetSchema.ShapeOf(valid.Schema));
        var transformer = estimator.Fit(valid);
        AssertSameShape(promised, MlNetSchema.ShapeOf(transformer.GetOutputSchema(valid.Schema)));
        foreach (var data in invalid)
        {
            AssertRefused(() => estimator.GetOutputSchema(MlNetSchema.ShapeOf(data.Schema)));
            AssertRefused(() => estimator.Fit(data));
        }

        AssertHolds(ml, transformer, valid);
        transformer.Dispose();
        transformer.Dispose();
        Assert.ThrowsExactly<ObjectDisposedException>(() => transformer.Transform(valid));
    }

    /// <summary>The part that a loaded transformer can be asked for, too.</summary>
    public static void AssertHolds(MLContext ml, SparseViTTransformer transformer, IDataView data)
    {
        Assert.IsTrue(transformer.IsRowToRowMapper);
        var scored = transformer.Transform(data);
        AssertSameSchema(transformer.GetOutputSchema(data.Schema), scored.Schema);
        var mapper = transformer.GetRowToRowMapper(data.Schema);
        Assert.AreSame(data.Schema, mapper.InputSchema);
        AssertSameSchema(scored.Schema, mapper.OutputSchema);

        var full = Read(scored.GetRowCursor(scored.Schema.Where(IsReadable)));
        TestData.AssertSameBits(full, Read(scored.GetRowCursor([scored.Schema["Score"]])));
        TestData.AssertSameBits(full, ReadByRow(mapper, data));
        AssertSurvivesSaving(ml, transformer, data, full);
    }

    /// <summary>Fails unless the exception is one that ML.NET marks as its own kind.</summary>
    public static void AssertRefused(Action action)
    {
        try
        {
            action();
        }
        catch (Exception error) when (error is ArgumentOutOfRangeException or InvalidOperationException)
        {
            Assert.IsTrue(error.Data.Contains("ML_IsMarked"), $"not marked: {error}");
            return;
        }

        Assert.Fail("invalid data was taken");
    }

    public static void AssertSameSchema(DataViewSchema expected, DataViewSchema actual)
    {
        CollectionAssert.AreEqual(Describe(expected), Describe(actual));
    }

    private static void AssertSurvivesSaving(MLContext ml, SparseViTTransformer transformer, IDataView data, List<float[]> expected)
    {
        using var file = new MemoryStream();
        ml.Model.Save(transformer, data.Schema, file);
        file.Position = 0;
        var loaded = ml.Model.Load(file, out var schema);

        // ML.NET leaves image columns out of the schema it saves.
        CollectionAssert.AreEqual(
            data.Schema.Where(column => column.Type is not ImageDataViewType).Select(Describe).ToArray(),
            schema.Select(Describe).ToArray());
        AssertSameSchema(transformer.GetOutputSchema(data.Schema), loaded.GetOutputSchema(data.Schema));
        TestData.AssertSameBits(expected, TestData.Scores(loaded.Transform(data)));
        (loaded as IDisposable)!.Dispose();
    }

    private static List<float[]> Read(DataViewRowCursor cursor)
    {
        using (cursor)
        {
            var getter = cursor.GetGetter<VBuffer<float>>(cursor.Schema["Score"]);
            var score = default(VBuffer<float>);
            var scores = new List<float[]>();
            while (cursor.MoveNext())
            {
                getter(ref score);
                scores.Add([.. score.DenseValues()]);
            }

            Assert.IsFalse(cursor.MoveNext());
            return scores;
        }
    }

    private static List<float[]> ReadByRow(IRowToRowMapper mapper, IDataView data)
    {
        var score = mapper.OutputSchema["Score"];
        var needed = mapper.GetDependencies([score]).ToList();
        Assert.HasCount(1, needed);
        using var cursor = data.GetRowCursor(needed);
        using var row = mapper.GetRow(cursor, [score]);
        var getter = row.GetGetter<VBuffer<float>>(score);
        var value = default(VBuffer<float>);
        var scores = new List<float[]>();
        while (cursor.MoveNext())
        {
            getter(ref value);
            scores.Add([.. value.DenseValues()]);
        }

        return scores;
    }

    private static bool IsReadable(DataViewSchema.Column column) => !column.IsHidden;

    private static void AssertSameShape(SchemaShape promised, SchemaShape delivered) =>
        CollectionAssert.AreEqual(Describe(promised, ""), Describe(delivered, ""));

    private static string[] Describe(SchemaShape shape, string indent) =>
        [.. shape.OrderBy(column => column.Name, StringComparer.Ordinal).SelectMany(column =>
            Describe(column.Annotations, indent + column.Name + ".")
                .Prepend($"{indent}{column.Name}: {column.Kind} of {column.ItemType}, key {column.IsKey}"))];

    private static string[] Describe(DataViewSchema schema) => [.. schema.Select(Describe)];

    private static string Describe(DataViewSchema.Column column) =>
        $"{column.Name}: {column.Type}, hidden {column.IsHidden}, "
        + string.Join(", ", column.Annotations.Schema.Select(annotation => $"{annotation.Name} {annotation.Type}"));
}
