namespace Microsoft.ML.BlockPruning.Reporting.Plots;

/// <summary>The colours of plots and pages, light and dark, and the rules of plots.</summary>
/// <remarks>No quotes, ampersands or angle brackets: a style is raw text in HTML and escaped text in SVG.</remarks>
internal static class PlotStyle
{
    private const string Light =
        "--paper:#fff;--soft:#f6f8fa;--ink:#1f2328;--muted:#59636e;--line:#d1d9e0;"
        + "--accent:#0969da;--mark:#bc4c00;--good:#1a7f37;--bad:#cf222e";

    private const string Dark =
        "--paper:#0d1117;--soft:#151b23;--ink:#e6edf3;--muted:#9198a1;--line:#3d444d;"
        + "--accent:#4493f8;--mark:#f0883e;--good:#3fb950;--bad:#f85149";

    /// <summary>Of the elements of a plot; the colours come from <see cref="Colours"/>.</summary>
    public const string Rules = """

        .plot text{font:12px system-ui,sans-serif;fill:var(--ink)}
        .plot .p-title{font-weight:600;font-size:14px}
        .plot .p-tick{fill:var(--muted)}
        .plot .p-middle{text-anchor:middle}
        .plot .p-end{text-anchor:end}
        .p-paper{fill:var(--paper)}
        .p-grid{stroke:var(--line);stroke-width:1}
        .p-line{fill:none;stroke:var(--accent);stroke-width:2}
        .p-trial{fill:var(--muted)}
        .p-front{fill:var(--accent)}
        .p-dense{fill:var(--ink)}
        .p-reference{fill:var(--good)}
        .p-recommended{fill:var(--mark);stroke:var(--paper);stroke-width:1}

        """;

    /// <summary>Colours for an element and all in it, by what the reader's system prefers.</summary>
    public static string Colours(string element) =>
        $"{element}{{color-scheme:light dark;{Light}}}@media(prefers-color-scheme:dark){{{element}{{{Dark}}}}}";
}
