using Microsoft.ML.Data;

namespace Microsoft.ML.BlockPruning.Samples.Tests.SampleKit;

[TestClass]
public sealed class LabelKeysTests
{
    /// <summary>An IDX file names classes by their number: sorted keys would give the model's second class the name of another.</summary>
    [TestMethod]
    public void Estimator_KeepsTheOrderOfTheClasses()
    {
        var context = new MLContext(seed: 1);
        string[] classes = ["T-shirt", "Bag", "2", "10"];
        var rows = context.Data.LoadFromEnumerable(
            [new PixelRow { Label = "10", Image = [0] }, new PixelRow { Label = "Bag", Image = [0] }], PixelRow.Schema(pixels: 1));

        var keyed = LabelKeys.Estimator(context, classes).Fit(rows).Transform(rows);

        var names = default(VBuffer<ReadOnlyMemory<char>>);
        keyed.Schema[nameof(PixelRow.Label)].GetKeyValues(ref names);
        CollectionAssert.AreEqual(classes, names.DenseValues().Select(name => name.ToString()).ToArray());
        CollectionAssert.AreEqual(new uint[] { 4, 2 }, keyed.GetColumn<uint>(nameof(PixelRow.Label)).ToArray());
    }
}
