using Microsoft.ML.BlockPruning.Sweeps.Stopping;

namespace Microsoft.ML.BlockPruning.Tests.Sweeps.Stopping;

[TestClass]
public sealed class SignedRankTestTests
{
    /// <summary>scipy.stats.wilcoxon(d, alternative='greater', method='exact').pvalue of scipy 1.10.1, d = sin(1 … n) + shift.</summary>
    [TestMethod]
    [DataRow(5, 1.5, 0.03125)]
    [DataRow(10, 0.3, 0.052734375)]
    [DataRow(25, 0.5, 0.0033627748489379883)]
    [DataRow(25, -0.2, 0.9257602095603943)]
    [DataRow(50, 0.0, 0.5114483858472152)]
    [DataRow(60, 0.4, 5.257886880297765e-05)]
    [DataRow(128, 0.3, 1.933574126643888e-06)]
    [DataRow(128, 0.8, 2.2615784365819645e-22)]
    public void OneSidedP_IsScipys(int count, double shift, double expected) => Assert.AreEqual(
        expected, SignedRankTest.OneSidedP(Enumerable.Range(1, count).Select(i => Math.Sin(i) + shift)), 1e-11 * expected);

    /// <summary>All 2ⁿ signs of the ranks, ties and zeros among them; a rank is the mean of the places of those of its size.</summary>
    [TestMethod]
    public void OneSidedP_IsTheShareOfAllSigns()
    {
        var random = new Random(1);
        for (int sample = 0; sample < 200; sample++)
        {
            double[] differences = [.. Enumerable.Range(0, random.Next(1, 11)).Select(_ => (double)random.Next(-4, 6))];

            Assert.AreEqual(Enumerated(differences), SignedRankTest.OneSidedP(differences), 1e-12, string.Join(" ", differences));
        }
    }

    [TestMethod]
    [DataRow(new double[0])]
    [DataRow(new double[] { 0, 0, 0 })]
    [DataRow(new[] { 1, 2, 3, 4, double.NaN })]
    [DataRow(new[] { 1, 2, 3, 4, double.PositiveInfinity })]
    public void OneSidedP_OfWhatTellsNothing_IsOne(double[] differences) => Assert.AreEqual(1, SignedRankTest.OneSidedP(differences));

    private static double Enumerated(double[] differences)
    {
        double[] told = [.. differences.Where(difference => difference != 0)];
        double[] ranks =
        [
            .. told.Select(one => told.Count(other => Math.Abs(other) < Math.Abs(one))
                + ((told.Count(other => Math.Abs(other) == Math.Abs(one)) + 1) / 2.0)),
        ];
        double found = told.Zip(ranks, (difference, rank) => difference > 0 ? rank : 0).Sum();
        int asLarge = Enumerable.Range(0, 1 << told.Length)
            .Count(signs => ranks.Where((_, place) => (signs >> place & 1) == 1).Sum() >= found);
        return (double)asLarge / (1 << told.Length);
    }
}
