using Microsoft.ML.BlockPruning.Pruning.Curves;

namespace Microsoft.ML.BlockPruning.Tests.Pruning.Curves;

[TestClass]
public sealed class CurveFitTests
{
    [TestMethod]
    [DataRow(2.0, 1.0)]
    [DataRow(0.03, 1.7)]
    [DataRow(40.0, 0.6)]
    public void Of_FindsThePowerLawThatMadeThePoints(double scale, double exponent)
    {
        double[] predicted = [0.001, 0.02, 0.1, 0.7];

        var fit = CurveFit.Of(predicted, [.. predicted.Select(loss => scale * Math.Pow(loss, exponent))]);

        Assert.AreEqual(scale, fit.Scale, 1e-9 * scale);
        Assert.AreEqual(exponent, fit.Exponent, 1e-9);
        Assert.AreEqual(scale * Math.Pow(0.3, exponent), fit.At(0.3), 1e-9 * scale);
        Assert.AreEqual(0.0, fit.At(0));
    }

    [TestMethod]
    public void Of_TakesAFactorOnThePredictionsOut()
    {
        double[] measured = [0.01, 0.05, 0.04, 0.9]; // noisy: not monotone, no power law
        double[] predicted = [0.02, 0.06, 0.2, 0.5];

        var fit = CurveFit.Of(predicted, measured);
        var wrong = CurveFit.Of([.. predicted.Select(loss => 10 * loss)], measured);

        Assert.AreEqual(fit.At(0.1), wrong.At(1), 1e-12);
        Assert.AreEqual(fit.At(0.4), wrong.At(4), 1e-12);
    }

    [TestMethod]
    public void Of_SaysNothingWhereNothingIsPredicted()
    {
        Assert.AreEqual(new CurveFit(1, 1), CurveFit.Of([0, 0], [0.1, 0.2]));
        Assert.AreEqual(5.0, CurveFit.Of([0, 0.1], [0.1, 0.5]).At(1), 1e-12); // one point: proportional
    }

    [TestMethod]
    public void Isotonic_IsTheNearestOfAllMonotoneSequences()
    {
        var random = new Random(3);
        for (int trial = 0; trial < 20; trial++)
        {
            // On a grid of sixths every mean of up to three of these values is a grid point.
            double[] values = [.. Enumerable.Range(0, 3).Select(_ => (double)random.Next(0, 4))];

            double[] found = CurveFit.Isotonic(values);

            double Distance(double[] other) => values.Zip(other, (a, b) => (a - b) * (a - b)).Sum();
            double best = (from a in Enumerable.Range(0, 19)
                           from b in Enumerable.Range(a, 19 - a)
                           from c in Enumerable.Range(b, 19 - b)
                           select Distance([a / 6.0, b / 6.0, c / 6.0])).Min();
            Assert.AreEqual(best, Distance(found), 1e-12, string.Join(' ', values));
            CollectionAssert.AreEqual(found.Order().ToArray(), found);
        }
    }
}
