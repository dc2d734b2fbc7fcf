using System.Globalization;
using ScottPlot;

namespace Microsoft.ML.BlockPruning.Plots;

/// <summary>Points of top-1 lost against what is kept, a panel for each network, on a logarithmic scale; means over seeds.</summary>
internal static class AblationPlot
{
    private const double LeastShown = 0.05; // points; a loss below this, or a gain, is drawn here
    private const double LabelSpacing = 0.11; // of the logarithm; less, and labels overlap
    private const int PanelWidth = 760;
    private const int Height = 620;

    private static readonly (string Method, string Label, string Color, float Width)[] Lines =
    [
        ("MagnitudeUniformRefit", "uniform magnitude, plain refit", "#8c6d31", 2),
        ("LpvitReference", "LPViT's public code", "#c0392b", 2),
        ("Corp", "CORP, units", "#7d3c98", 2),
        ("SparseGpt", "SparseGPT, 2:4", "#1e8449", 2),
        ("DefaultFeedback", "without reconstruction", "#7fb3d5", 2),
        ("Default", "PruneBlocks", "#1a5276", 4),
    ];

    public static void Save(IReadOnlyList<AblationRow> rows, string path)
    {
        Fonts.Default = Fonts.Sans;
        string[] networks = [.. rows.Select(row => row.Network).Distinct().Order(StringComparer.Ordinal)];
        var panels = new Multiplot();
        panels.AddPlots(networks.Length);
        panels.Layout = new ScottPlot.MultiplotLayouts.Columns();
        foreach (var (network, index) in networks.Select((network, index) => (network, index)))
        {
            Draw(panels.GetPlot(index), network, [.. rows.Where(row => row.Network == network)]);
        }

        panels.SavePng(path, PanelWidth * networks.Length, Height);
    }

    private static void Draw(Plot plot, string network, IReadOnlyList<AblationRow> rows)
    {
        plot.Title($"{network} network, dense top-1 {rows[0].DenseTop1:0.00} %");
        plot.XLabel("multiply-adds kept (%)");
        plot.YLabel("points of top-1 lost, no fine-tuning");
        var drawn = Lines.Select(line => line.Method).ToHashSet(StringComparer.Ordinal);
        foreach (string other in rows.Select(row => row.Method).Distinct().Where(method => !drawn.Contains(method)))
        {
            Add(plot, PointsOf(rows, other), Colors.Gray.WithAlpha(0.35), 1);
        }

        double above = double.PositiveInfinity;
        foreach (var (line, points) in Lines.Select(line => (line, PointsOf(rows, line.Method)))
            .Where(pair => pair.Item2.Count > 0).OrderByDescending(pair => pair.Item2[^1].Y))
        {
            var color = Color.FromHex(line.Color);
            Add(plot, points, color, line.Width);
            above = Math.Min(points[^1].Y, above - LabelSpacing);
            Name(plot, line.Label, new Coordinates(points[^1].X + 1, above), color, line.Width > 2);
        }

        plot.Axes.Left.TickGenerator = Ticks([0.1, 0.3, 1, 3, 10, 30, 90], Math.Log10);
        plot.Axes.Bottom.TickGenerator = Ticks([15, 25, 35, 50, 70, 90], kept => kept);
        plot.Axes.SetLimits(10, 125, Math.Log10(0.6 * LeastShown), 2);
    }

    private static ScottPlot.TickGenerators.NumericManual Ticks(double[] values, Func<double, double> placeOf) => new(
        [.. values.Select(placeOf)], [.. values.Select(value => value.ToString("0.#", CultureInfo.InvariantCulture))]);

    // Kept percent against log10 of the points lost.
    private static List<Coordinates> PointsOf(IReadOnlyList<AblationRow> rows, string method) =>
    [
        .. rows.Where(row => row.Method == method).GroupBy(row => row.Keep).OrderBy(group => group.Key).Select(group => new Coordinates(
            100 * group.Key, Math.Log10(Math.Max(group.Average(row => row.DenseTop1 - row.Top1), LeastShown)))),
    ];

    private static void Add(Plot plot, List<Coordinates> points, Color color, float width)
    {
        var line = plot.Add.Scatter(points);
        line.Color = color;
        line.LineWidth = width;
        line.MarkerSize = 7;
    }

    private static void Name(Plot plot, string label, Coordinates at, Color color, bool isBold)
    {
        var text = plot.Add.Text(label, at);
        text.LabelFontColor = color;
        text.LabelFontSize = 15;
        text.LabelBold = isBold;
        text.LabelAlignment = Alignment.MiddleLeft;
    }
}
