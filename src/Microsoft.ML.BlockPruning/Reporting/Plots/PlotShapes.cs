using Microsoft.ML.BlockPruning.Reporting.Text;

namespace Microsoft.ML.BlockPruning.Reporting.Plots;

/// <summary>The shape and the name of each mark.</summary>
internal static class PlotShapes
{
    /// <summary>What the legend says.</summary>
    public static string NameOf(PlotMark mark) => mark switch
    {
        PlotMark.Trial => "trial",
        PlotMark.Front => "best for its cost",
        PlotMark.Dense => "dense",
        PlotMark.Reference => "other runtime",
        _ => "recommended",
    };

    /// <summary>Draws a mark.</summary>
    /// <param name="svg">Drawn into.</param>
    /// <param name="mark">Which.</param>
    /// <param name="x">Its centre.</param>
    /// <param name="y">Its centre.</param>
    /// <param name="tip">Shown when a pointer rests on it; null: nothing.</param>
    public static void Append(Markup svg, PlotMark mark, double x, double y, string? tip)
    {
        svg.Open(
            "g", ("class", $"p-{mark.ToString().ToLowerInvariant()}"),
            ("transform", $"translate({Markup.Number(x)} {Markup.Number(y)})"));
        if (tip is not null)
        {
            svg.Element("title", tip);
        }

        if (PathOf(mark) is { } path)
        {
            svg.Empty("path", ("d", path));
        }
        else
        {
            svg.Empty("circle", ("r", mark == PlotMark.Front ? "4.5" : "3.5"));
        }

        svg.Close();
    }

    // Around the origin: a star, a diamond, a square.
    private static string? PathOf(PlotMark mark) => mark switch
    {
        PlotMark.Recommended => "M0-8L2.2-2.6 7.6-2.5 3.6 1.2 4.7 6.5 0 3.6-4.7 6.5-3.6 1.2-7.6-2.5-2.2-2.6Z",
        PlotMark.Dense => "M0-6.5L6.5 0 0 6.5-6.5 0Z",
        PlotMark.Reference => "M-4.5-4.5H4.5V4.5H-4.5Z",
        _ => null,
    };
}
