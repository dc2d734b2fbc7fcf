using Microsoft.ML.BlockPruning.Reporting;
using Microsoft.ML.BlockPruning.Runs.Reports;
using Microsoft.ML.BlockPruning.Tests.Reporting;
using Microsoft.ML.Data;

namespace Microsoft.ML.BlockPruning.Tests.Runs.Reports;

[TestClass]
public sealed class ModelReportTests
{
    [TestMethod]
    public void ToHtml_EscapesHostileNames()
    {
        string html = ReportToys.Model(ReportToys.Hostile).ToHtml();
        var page = new PageDocument(html);

        page.AssertStandsAlone();
        StringAssert.Contains(page.All("h1").Single().Value, "</title><script>alert('1')</script>");
        Assert.DoesNotContain("<script", html);
    }

    [TestMethod]
    public void ToHtml_HasABarAndAPictureOfEachMask_ThatADecoderReads()
    {
        var page = new PageDocument(ReportToys.Model().ToHtml());

        CollectionAssert.AreEqual(
            new[] { "width:55.56%", "width:100%" }, page.OfClass("fill").Select(bar => (string)bar.Attribute("style")!).ToList());
        using var picture = Decode((string)page.OfClass("mask").First().Attribute("src")!);
        Assert.AreEqual((3, 3), (picture.Width, picture.Height));
        for (int i = 0; i < 9; i++)
        {
            // Kept blocks are the even ones of the chequer; removed ones are transparent.
            Assert.AreEqual(i % 2 == 0 ? 255 : 0, picture.Pixels[(4 * i) + 3], $"block {i}");
        }
    }

    [TestMethod]
    public void ToHtml_ShowsWhichAnswersChanged()
    {
        var page = new PageDocument(ReportToys.Model().ToHtml());

        StringAssert.Contains(page.Text, "4 of 6 answers are other ones: 1 became wrong, 1 became right, 2 stayed wrong.");
        Assert.HasCount(4, page.OfClass("examples").Single().Elements("figure"));
        using var picture = Decode((string)page.OfClass("examples").Single().Descendants("img").First().Attribute("src")!);
        CollectionAssert.AreEqual(
            new byte[] { 0, 50, 100, 255 }, Enumerable.Range(0, 4).Select(pixel => picture.Pixels[4 * pixel]).ToArray());
        CollectionAssert.AreEqual(
            new[] { "·", "-2", "+2", "·", "·", "·", "·", "·", "·" },
            page.OfClass("confusion").Single().Descendants("td").Select(cell => cell.Value).ToArray());
    }

    [TestMethod]
    [DataRow(1)]
    [DataRow(2)]
    public void Answers_AreThoseOfBruteForce(int seed)
    {
        var random = new Random(seed);
        const int images = 200, classes = 5;
        float[] dense = [.. Enumerable.Range(0, images * classes).Select(_ => random.NextSingle())];
        float[] pruned = [.. dense.Select(logit => logit + (0.3f * random.NextSingle()))];
        int[] labels = [.. Enumerable.Range(0, images).Select(_ => random.Next(classes))];

        var answers = new AnswerComparison(dense, pruned, labels, ["a", "b", "c", "d", "e"]);

        var expected = Enumerable.Range(0, images).Select(image => (
            Truth: labels[image], Dense: Best(dense, image, classes), Pruned: Best(pruned, image, classes))).ToList();
        CollectionAssert.AreEqual(
            expected.Select((one, image) => (image, one)).Where(pair => pair.one.Dense != pair.one.Pruned)
                .Select(pair => (pair.image, pair.one.Dense, pair.one.Pruned)).ToList(),
            answers.Changed.Select(answer => (answer.Row, answer.Dense, answer.Pruned)).ToList());
        Assert.AreEqual(expected.Count(one => one.Dense == one.Truth), answers.DenseRight);
        Assert.AreEqual(expected.Count(one => one.Pruned == one.Truth), answers.PrunedRight);
        int[,] difference = answers.ConfusionDifference();
        for (int truth = 0; truth < classes; truth++)
        {
            for (int answer = 0; answer < classes; answer++)
            {
                Assert.AreEqual(
                    expected.Count(one => (one.Truth, one.Pruned) == (truth, answer))
                        - expected.Count(one => (one.Truth, one.Dense) == (truth, answer)),
                    difference[truth, answer]);
            }
        }

        double[] surest = [.. answers.Surest(5).Select(answer => answer.PrunedProbability)];
        CollectionAssert.AreEqual(answers.Changed.Select(answer => answer.PrunedProbability).OrderDescending().Take(5).ToArray(), surest);
        var first = answers.Surest(1).Single();
        double sum = Enumerable.Range(0, classes).Sum(c => Math.Exp(pruned[(first.Row * classes) + c]));
        Assert.AreEqual(Math.Exp(pruned[(first.Row * classes) + first.Pruned]) / sum, first.PrunedProbability, 1e-12);
    }

    [TestMethod]
    public void Answers_RefuseLogitsThatDoNotFit()
    {
        Assert.ThrowsExactly<ArgumentException>(() => new AnswerComparison([1, 2, 3], [1, 2], null, ["a", "b"]));
        Assert.ThrowsExactly<ArgumentException>(() => new AnswerComparison([1, 2], [1, 2], [0, 1], ["a", "b"]));
        Assert.ThrowsExactly<ArgumentException>(() => new AnswerComparison([], [], null, ["a", "b"]));
    }

    [TestMethod]
    public void PruneReport_ToHtml_HasItsFiguresNotesAndBars()
    {
        var page = new PageDocument(TestReports.Create().ToHtml());

        page.AssertStandsAlone();
        Assert.HasCount(3, page.OfClass("bar"));
        Assert.IsEmpty(page.OfClass("mask"), "a report of a pruning has no masks");
        StringAssert.Contains(page.Text, "4,600.0");
        StringAssert.Contains(page.Text, "one | two");
        StringAssert.Contains(page.Text, "KL(dense || pruned) 0.046 nats");
    }

    private static int Best(float[] logits, int image, int classes) =>
        Enumerable.Range(0, classes).MaxBy(c => logits[(image * classes) + c]);

    private static MLImage Decode(string uri)
    {
        using var stream = new MemoryStream(Convert.FromBase64String(uri["data:image/png;base64,".Length..]));
        return MLImage.CreateFromStream(stream);
    }
}
