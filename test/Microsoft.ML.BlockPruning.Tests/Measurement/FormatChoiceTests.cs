using Microsoft.ML.BlockPruning.Formats;
using Microsoft.ML.BlockPruning.Inference.Cpu;
using Microsoft.ML.BlockPruning.Measurement;
using Microsoft.ML.BlockPruning.Models;
using Microsoft.ML.BlockPruning.Tests.Inference;

namespace Microsoft.ML.BlockPruning.Tests.Measurement;

[TestClass]
public sealed class FormatChoiceTests
{
    private const int Images = 12;

    private readonly SparseViT _network = RandomNetworks.Sparse(RandomNetworks.Random(RandomNetworks.Small, seed: 1), new());

    [TestMethod]
    public void Within_AWideBudget_TakesInt8Throughout()
    {
        var (formats, kl) = Choose(budget: 1);

        Assert.AreEqual(ProductFormat.Int8, formats.Usual);
        Assert.AreEqual(0, formats.Others.Count);
        Assert.AreEqual(KlOf(formats), kl, 1e-12);
    }

    [TestMethod]
    public void Within_ABudgetBelowInt8_MovesAsFewLayersAsItTakes()
    {
        double all = KlOf(new LayerFormats(ProductFormat.Int8));

        var (formats, kl) = Choose(all / 2);

        Assert.AreEqual(ProductFormat.Int8, formats.Usual);
        Assert.IsTrue(formats.Others.Count > 0 && formats.Others.Values.All(format => format == ProductFormat.BFloat16));
        Assert.IsTrue(kl <= all / 2 && kl == KlOf(formats), $"{kl} of {all}");
    }

    [TestMethod]
    public void Within_NoBudgetToSpeakOf_TakesFloat32()
    {
        var (formats, kl) = Choose(budget: 1e-18);

        Assert.AreEqual((ProductFormat.Float32, 0), (formats.Usual, formats.Others.Count));
        CollectionAssert.AreEqual(new[] { ProductFormat.Float32 }, formats.Used.ToArray(), "no row is named that does not run");
        Assert.AreEqual(0, kl);
    }

    [TestMethod]
    public void Within_AStepThatThrows_IsCancelled()
    {
        int steps = 0;
        var choice = new FormatChoice(_network, Pixels(), threads: 1, () => throw new OperationCanceledException($"{++steps}"));

        Assert.ThrowsExactly<OperationCanceledException>(() => choice.Within(1));
        Assert.AreEqual(1, steps);
    }

    private (LayerFormats Formats, double Kl) Choose(double budget) =>
        new FormatChoice(_network, Pixels(), threads: 2, () => { }).Within(budget);

    private float[] Pixels() => RandomNetworks.Images(_network.Spec, Images, seed: 3);

    // One image at a time, which changes no score.
    private double KlOf(LayerFormats formats)
    {
        using var float32 = new SparseViTSession(_network, threads: 1);
        using var other = new SparseViTSession(_network.With(formats), threads: 1);
        return Fidelity.Of(RandomNetworks.Score(float32, Pixels()), RandomNetworks.Score(other, Pixels()), _network.Spec.NumClasses).Kl;
    }
}
