using System.Globalization;
using ScottPlot;

namespace Microsoft.ML.BlockPruning.Plots;

/// <summary>Points of top-1 lost against what is kept, a panel for each network, on a logarithmic scale; means over seeds.</summary>
internal static class AblationPlot
{
    private const double LeastShown = 0.05; // points; a loss below this, or a gain, is drawn here
    private const int PanelWidth = 760;
    private const int Height = 620;

    private static readonly (string Method, string Label, string Color, float Width)[] Lines =
    [
        ("MagnitudeUniformRefit", "uniform magnitude, plain refit", "#8c6d31", 2),
        ("LpvitReference", "LPViT's public code", "#c0392b", 2),
        ("DefaultFeedback", "PruneBlocks without reconstruction", "#7fb3d5", 2),
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
            Add(plot, rows, other, null, Colors.Gray.WithAlpha(0.35), 1);
        }

        foreach (var (method, label, color, width) in Lines)
        {
            Add(plot, rows, method, label, Color.FromHex(color), width);
        }

        double[] ticks = [0.1, 0.3, 1, 3, 10, 30, 90];
        string[] labels = [.. ticks.Select(tick => tick.ToString("0.#", CultureInfo.InvariantCulture))];
        plot.Axes.Left.TickGenerator = new ScottPlot.TickGenerators.NumericManual([.. ticks.Select(Math.Log10)], labels);
        plot.Axes.SetLimits(20, 105, Math.Log10(LeastShown), 2);
        plot.Axes.Bottom.TickGenerator = new ScottPlot.TickGenerators.NumericManual([25, 35, 50, 70], ["25", "35", "50", "70"]);
    }

    private static void Add(Plot plot, IReadOnlyList<AblationRow> rows, string method, string? label, Color color, float width)
    {
        var points = rows.Where(row => row.Method == method).GroupBy(row => row.Keep).OrderBy(group => group.Key)
            .Select(group => (Keep: 100 * group.Key, Lost: group.Average(row => row.DenseTop1 - row.Top1))).ToList();
        if (points.Count == 0)
        {
            return;
        }

        double[] heights = [.. points.Select(point => Math.Log10(Math.Max(point.Lost, LeastShown)))];
        var line = plot.Add.Scatter(points.Select(point => point.Keep).ToArray(), heights);
        line.Color = color;
        line.LineWidth = width;
        line.MarkerSize = label is null ? 0 : 7;
        if (label is not null)
        {
            var text = plot.Add.Text(label, points[^1].Keep + 1, heights[^1]);
            text.LabelFontColor = color;
            text.LabelFontSize = 15;
            text.LabelBold = width > 2;
            text.LabelAlignment = Alignment.MiddleLeft;
        }
    }
}
