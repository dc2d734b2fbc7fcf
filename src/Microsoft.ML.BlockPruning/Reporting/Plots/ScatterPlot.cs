using Microsoft.ML.BlockPruning.Reporting.Text;

namespace Microsoft.ML.BlockPruning.Reporting.Plots;

/// <summary>Points, and a line through some of them, as SVG: marks at round values, labels that do not overlap, a legend.</summary>
/// <remarks>Drawn for the width of a phone, so that the letters stay readable there; a page shows several side by side.</remarks>
internal sealed class ScatterPlot
{
    private const double Width = 420, Height = 330;
    private const double Left = 54, Right = 408, Top = 58, Bottom = 284;
    private const double LetterSize = 12;
    private const double LegendLine = 16;

    // Drawn in this order, so that what matters most lies on top; labelled in the opposite one.
    private static readonly PlotMark[] Order =
        [PlotMark.Trial, PlotMark.Front, PlotMark.Reference, PlotMark.Dense, PlotMark.Recommended];

    /// <summary>Shown above the plot, and read aloud in its stead.</summary>
    public required string Title { get; init; }

    /// <summary>What the x axis counts, with its unit.</summary>
    public required string XTitle { get; init; }

    /// <summary>What the y axis counts, with its unit.</summary>
    public required string YTitle { get; init; }

    /// <summary>At least one; all finite.</summary>
    public required IReadOnlyList<PlotPoint> Points { get; init; }

    /// <summary>Joined by a line in this order.</summary>
    public required IReadOnlyList<PlotPoint> Line { get; init; }

    /// <summary>A file of its own: carries its colours along.</summary>
    public string ToFile()
    {
        var svg = new Markup();
        Begin(svg, ("xmlns", "http://www.w3.org/2000/svg"));
        svg.Element("style", PlotStyle.Colours("svg") + PlotStyle.Rules);
        svg.Empty("rect", ("class", "p-paper"), ("width", Markup.Number(Width)), ("height", Markup.Number(Height)));
        Draw(svg);
        return svg.Close().ToString();
    }

    /// <summary>A part of a page that has <see cref="PlotStyle"/>'s rules.</summary>
    public void AppendTo(Markup page)
    {
        Begin(page);
        Draw(page);
        page.Close();
    }

    private static void Begin(Markup svg, params (string, string)[] more) => svg.Open(
        "svg", [("class", "plot"), ("viewBox", FormattableString.Invariant($"0 0 {Width} {Height}")), ("role", "img"), .. more]);

    private void Draw(Markup svg)
    {
        var x = PlotAxis.Over([.. Points.Select(point => point.X)], Left, Right);
        var y = PlotAxis.Over([.. Points.Select(point => point.Y)], Bottom, Top);
        svg.Element("title", Title);
        Text(svg, "p-title", Left, 16, Title);
        DrawLegend(svg);
        DrawAxes(svg, x, y);
        if (Line.Count > 1)
        {
            svg.Empty("polyline", ("class", "p-line"), ("points", string.Join(' ', Line.Select(point =>
                $"{Markup.Number(x.At(point.X))},{Markup.Number(y.At(point.Y))}"))));
        }

        foreach (var point in Order.SelectMany(mark => Points.Where(point => point.Mark == mark)))
        {
            PlotShapes.Append(svg, point.Mark, x.At(point.X), y.At(point.Y), point.Tip);
        }

        DrawLabels(svg, x, y);
    }

    private void DrawLegend(Markup svg)
    {
        double x = Left, line = 34;
        foreach (var mark in Order.Where(mark => Points.Any(point => point.Mark == mark)))
        {
            string name = PlotShapes.NameOf(mark);
            double width = LabelPlacement.WidthOf(name, LetterSize - 1) + 24;
            if (x > Left && x + width > Right + 12)
            {
                (x, line) = (Left, line + LegendLine);
            }

            PlotShapes.Append(svg, mark, x + 5, line - 4, tip: null);
            Text(svg, "p-label", x + 14, line, name);
            x += width;
        }
    }

    private void DrawAxes(Markup svg, PlotAxis x, PlotAxis y)
    {
        var xTicks = x.Ticks(atMost: 6);
        foreach (double value in xTicks.Values)
        {
            Stroke(svg, x.At(value), Top, x.At(value), Bottom);
            Text(svg, "p-tick p-middle", x.At(value), Bottom + 16, xTicks.TextOf(value));
        }

        var yTicks = y.Ticks(atMost: 5);
        foreach (double value in yTicks.Values)
        {
            Stroke(svg, Left, y.At(value), Right, y.At(value));
            Text(svg, "p-tick p-end", Left - 6, y.At(value) + 4, yTicks.TextOf(value));
        }

        Text(svg, "p-label p-middle", (Left + Right) / 2, Bottom + 36, XTitle);
        double middle = (Top + Bottom) / 2;
        svg.Open("text", ("class", "p-label p-middle"), ("transform", FormattableString.Invariant($"translate(12 {middle}) rotate(-90)")))
            .Text(YTitle).Close();
    }

    private void DrawLabels(Markup svg, PlotAxis x, PlotAxis y)
    {
        var room = new LabelPlacement((Left, Top, Right, Bottom), LetterSize);
        foreach (var point in Points)
        {
            room.Avoid(x.At(point.X), y.At(point.Y));
        }

        foreach (var (from, to) in Line.Zip(Line.Skip(1)))
        {
            room.Avoid((x.At(from.X), y.At(from.Y)), (x.At(to.X), y.At(to.Y)));
        }

        foreach (var point in Order.Reverse().SelectMany(mark => Points.Where(point => point.Mark == mark && point.Label.Length > 0)))
        {
            if (room.TryPlace(point.Label, x.At(point.X), y.At(point.Y)) is { } place)
            {
                Text(svg, "p-label", place.X, place.Y, point.Label);
            }
        }
    }

    private static void Stroke(Markup svg, double x1, double y1, double x2, double y2) => svg.Empty(
        "line", ("class", "p-grid"), ("x1", Markup.Number(x1)), ("y1", Markup.Number(y1)), ("x2", Markup.Number(x2)),
        ("y2", Markup.Number(y2)));

    private static void Text(Markup svg, string kind, double x, double y, string text) =>
        svg.Element("text", text, ("class", kind), ("x", Markup.Number(x)), ("y", Markup.Number(y)));
}
