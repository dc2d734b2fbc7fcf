using Microsoft.ML.BlockPruning.Measurement;

namespace Microsoft.ML.BlockPruning.Tests.Measurement;

[TestClass]
public sealed class FidelityTests
{
    private const int Images = 40;

    [TestMethod]
    [DataRow(2, 1)]
    [DataRow(10, 8)]
    [DataRow(1000, 30)]
    public void Of_AgreesWithTheDefinition(int classes, int scale)
    {
        float[] dense = Logits(classes, scale, seed: 1);
        float[] pruned = [.. dense.Zip(Logits(classes, scale, seed: 2), (a, b) => a + (0.3f * b))];

        var fidelity = Fidelity.Of(dense, pruned, classes);

        double divergence = 0;
        int agreed = 0;
        for (int image = 0; image < Images; image++)
        {
            double[] p = Softmax(dense[(image * classes)..((image + 1) * classes)]);
            double[] q = Softmax(pruned[(image * classes)..((image + 1) * classes)]);
            double ofImage = p.Zip(q, (a, b) => a == 0 ? 0 : a * Math.Log(a / b)).Sum();
            Assert.AreEqual(ofImage, fidelity.KlOfImages[image], 1e-9 * (1 + ofImage));
            divergence += ofImage;
            agreed += Array.IndexOf(p, p.Max()) == Array.IndexOf(q, q.Max()) ? 1 : 0;
        }

        Assert.AreEqual(divergence / Images, fidelity.Kl, 1e-9 * (1 + divergence));
        Assert.AreEqual(agreed / (double)Images, fidelity.Top1Agreement);
        Assert.IsGreaterThan(0, fidelity.Kl);
    }

    /// <summary>The standard deviation of the images' differences over √n, by the definition.</summary>
    [TestMethod]
    public void Top1StandardError_IsThatOfThePairedDifferences()
    {
        int[] labels = [0, 0, 0, 0, 0, 0, 1], dense = [0, 0, 0, 1, 1, 0, 0], pruned = [0, 1, 1, 0, 1, 0, 0];
        static float[] Logits(int[] best) => [.. best.SelectMany(answer => new[] { answer == 0 ? 1f : 0, answer == 1 ? 1f : 0 })];

        double error = Fidelity.Top1StandardError(Logits(dense), Logits(pruned), labels);

        double[] differences = [0, -1, -1, 1, 0, 0, 0];
        double mean = differences.Average();
        Assert.AreEqual(Math.Sqrt(differences.Select(one => (one - mean) * (one - mean)).Average() / 7), error, 1e-12);
        Assert.AreEqual(0, Fidelity.Top1StandardError(Logits(dense), Logits(dense), labels));
    }

    [TestMethod]
    public void Of_TheSameLogits_IsNothing_AndAConstantAddedChangesNothing()
    {
        float[] dense = Logits(classes: 5, scale: 4, seed: 3);

        var same = Fidelity.Of(dense, dense, 5);

        Assert.AreEqual((1.0, 0.0), (same.Top1Agreement, same.Kl));
        Assert.AreEqual(0, Fidelity.Of(dense, [.. dense.Select(logit => logit + 64)], 5).Kl, 1e-5); // float32 rounds the sums
    }

    [TestMethod]
    public void Of_LogitsThatExpCannotHold_StaysFinite()
    {
        // p = (1, 0), q = (0, 1) to the last bit: KL is the difference of the logits.
        var fidelity = Fidelity.Of([1000, -1000], [-1000, 1000], classes: 2);

        Assert.AreEqual(2000, fidelity.Kl, 1e-9);
        Assert.AreEqual(0, fidelity.Top1Agreement);
    }

    [TestMethod]
    public void Of_LogitsThatDoNotFit_IsRefused()
    {
        Assert.ThrowsExactly<ArgumentException>(() => Fidelity.Of([1, 2, 3], [1, 2, 3], classes: 2));
        Assert.ThrowsExactly<ArgumentException>(() => Fidelity.Of([1, 2], [1, 2, 3, 4], classes: 2));
        Assert.ThrowsExactly<ArgumentException>(() => Fidelity.Of([], [], classes: 2));
    }

    [TestMethod]
    public void Top1_CountsRightAnswers() =>
        Assert.AreEqual(2 / 3.0, Fidelity.Top1([0, 1, 0, 5, 4, 3, -3, -2, -1], [1, 0, 1]));

    private static float[] Logits(int classes, int scale, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, Images * classes).Select(_ => scale * ((2 * random.NextSingle()) - 1))];
    }

    private static double[] Softmax(float[] logits)
    {
        double sum = logits.Sum(logit => Math.Exp(logit));
        return [.. logits.Select(logit => Math.Exp(logit) / sum)];
    }
}
