using System.Globalization;
using Microsoft.ML.BlockPruning.Reporting.Plots;

namespace Microsoft.ML.BlockPruning.Tests.Reporting.Plots;

[TestClass]
public sealed class ScatterPlotTests
{
    [TestMethod]
    [DataRow(1)]
    [DataRow(2)]
    [DataRow(3)]
    public void Labels_OverlapNoLabelAndNoPoint(int seed)
    {
        var random = new Random(seed);
        var room = new LabelPlacement((0, 0, 400, 300), size: 12);
        var points = Enumerable.Range(0, 40).Select(_ => (X: 400 * random.NextDouble(), Y: 300 * random.NextDouble())).ToList();
        points.ForEach(point => room.Avoid(point.X, point.Y));

        var boxes = points.Select(point => room.TryPlace("0.35", point.X, point.Y)).OfType<(double X, double Y)>()
            .Select(place => (
                Left: place.X, Right: place.X + LabelPlacement.WidthOf("0.35", 12), Top: place.Y - 10, Bottom: place.Y + 2)).ToList();

        Assert.IsGreaterThan(10, boxes.Count);
        for (int i = 0; i < boxes.Count; i++)
        {
            Assert.IsTrue(boxes[i].Left >= 0 && boxes[i].Right <= 400 && boxes[i].Top >= 0 && boxes[i].Bottom <= 300);
            Assert.IsFalse(points.Exists(point => point.X > boxes[i].Left && point.X < boxes[i].Right && point.Y > boxes[i].Top
                && point.Y < boxes[i].Bottom));
            for (int j = 0; j < i; j++)
            {
                Assert.IsFalse(boxes[i].Left < boxes[j].Right && boxes[j].Left < boxes[i].Right && boxes[i].Top < boxes[j].Bottom
                    && boxes[j].Top < boxes[i].Bottom);
            }
        }
    }

    [TestMethod]
    public void ToFile_PutsPointsWhereTheTicksSay()
    {
        var points = new[] { (X: 10.0, Y: 50.0), (20, 60), (40, 90) }
            .Select(point => new PlotPoint(point.X, point.Y, PlotMark.Front, "", "")).ToList();
        var plot = new PageDocument(new ScatterPlot { Title = "t", XTitle = "x", YTitle = "y", Points = points, Line = points }.ToFile());

        double[][] line = [.. ((string)plot.OfClass("p-line").Single().Attribute("points")!).Split(' ').Select(
            pair => pair.Split(',').Select(text => double.Parse(text, CultureInfo.InvariantCulture)).ToArray())];
        double At(string value, string kind, string axis) => double.Parse(
            (string)plot.OfClass("p-tick").Intersect(plot.OfClass(kind)).Single(text => text.Value == value).Attribute(axis)!,
            CultureInfo.InvariantCulture);

        Assert.AreEqual(At("10", "p-middle", "x"), line[0][0], 0.02);
        Assert.AreEqual(At("40", "p-middle", "x"), line[2][0], 0.02);
        Assert.AreEqual(At("60", "p-end", "y") - 4, line[1][1], 0.02);
        Assert.AreEqual(At("90", "p-end", "y") - 4, line[2][1], 0.02);
    }
}
