using Microsoft.ML.BlockPruning.Reporting.Text;

namespace Microsoft.ML.BlockPruning.Reporting.Pages;

/// <summary>The frame of a page, and the parts that all pages are made of.</summary>
internal static class ReportPage
{
    /// <summary>A whole page.</summary>
    /// <param name="title">Its heading, and its name in a browser.</param>
    /// <param name="body">Fills it.</param>
    public static string Write(string title, Action<Markup> body)
    {
        var page = new Markup();
        page.Open("html", ("lang", "en"));
        page.Open("head");
        page.Empty("meta", ("charset", "utf-8"));
        page.Empty("meta", ("name", "viewport"), ("content", "width=device-width, initial-scale=1"));
        page.Empty("meta", ("name", "color-scheme"), ("content", "light dark"));
        page.Element("title", title).Element("style", PageStyle.All).Close();
        page.Open("body").Open("main").Element("h1", title);
        body(page);
        page.Close().Close().Close();
        return "<!DOCTYPE html>\n" + page;
    }

    /// <summary>A table that scrolls by itself where the page is narrow; the first row holds the heads.</summary>
    /// <param name="page">Written to.</param>
    /// <param name="rows">The cells.</param>
    /// <param name="kindOf">The class of a row; empty: none.</param>
    public static void AppendTable(Markup page, IReadOnlyList<string[]> rows, Func<string[], string>? kindOf = null)
    {
        page.Open("div", ("class", "wide"), ("tabindex", "0")).Open("table").Open("thead");
        AppendRow(page, "th", rows[0]);
        page.Close().Open("tbody");
        foreach (string[] row in rows.Skip(1))
        {
            AppendRow(page, "td", row, kindOf?.Invoke(row) is { Length: > 0 } kind ? [("class", kind)] : []);
        }

        page.Close().Close().Close();
    }

    public static void AppendList(Markup page, IEnumerable<string> items)
    {
        page.Open("ul");
        foreach (string item in items)
        {
            page.Element("li", item);
        }

        page.Close();
    }

    /// <summary>What an image's <c>src</c> says when the page holds the image itself.</summary>
    public static string DataUri(byte[] png) => "data:image/png;base64," + Convert.ToBase64String(png);

    private static void AppendRow(Markup page, string cell, string[] cells, params (string, string)[] attributes)
    {
        page.Open("tr", attributes);
        foreach (string text in cells)
        {
            page.Element(cell, text);
        }

        page.Close();
    }
}
