using Microsoft.ML.BlockPruning.Imaging;
using Microsoft.ML.BlockPruning.Reporting.Text;
using Microsoft.ML.BlockPruning.Runs.Reports;
using Microsoft.ML.BlockPruning.Sparsity;

namespace Microsoft.ML.BlockPruning.Reporting.Pages;

/// <summary>The masks as pictures, a pixel a block: kept blocks in colour, removed ones left out. All of a network in one scale.</summary>
internal static class MaskPictures
{
    // Of the longest side of the network's largest weight, in CSS pixels; more where a block would be less than a pixel.
    private const int LongestSide = 168;

    // Seen on light and on dark paper; a picture cannot change its colour with the page.
    private const int KeptColour = 0x3b82d6;

    public static void Append(Markup page, IReadOnlyList<KeptLayer> layers)
    {
        var masks = layers.Where(layer => layer.Mask is not null).ToList();
        if (masks.Count == 0)
        {
            return;
        }

        double scale = Math.Max(
            (double)LongestSide / masks.Max(layer => Math.Max(layer.Mask!.Rows, layer.Mask.Columns)),
            1.0 / masks.Min(layer => Math.Min(layer.Block.Height, layer.Block.Width)));
        page.Element("h3", "Masks");
        page.Element(
            "p", "Each picture is a weight, inputs from left to right, outputs from top to bottom: blocks in colour are kept.",
            ("class", "muted"));
        page.Open("div", ("class", "masks"));
        foreach (var group in masks.GroupBy(layer => layer.Group ?? layer.Name))
        {
            page.Open("section").Element("h4", group.Key).Open("div", ("class", "mask-row"));
            foreach (var layer in group)
            {
                AppendPicture(page, layer, layer.Mask!, scale);
            }

            page.Close().Close();
        }

        page.Close();
    }

    private static void AppendPicture(Markup page, KeptLayer layer, BlockMask mask, double scale)
    {
        byte[] png = PngFile.OfMask(mask.BlockColumns, mask.BlockRows, (row, column) => mask[row, column], KeptColour);
        page.Open("figure").Empty(
            "img", ("class", "mask"), ("src", ReportPage.DataUri(png)),
            ("alt", FormattableString.Invariant($"{layer.Name}: {layer.Kept} of {layer.Total} blocks kept")),
            ("width", SideOf(mask.Columns, scale)), ("height", SideOf(mask.Rows, scale)));
        page.Open("figcaption").Text(layer.Name.Split('.')[^1]).Empty("br").Text(ReportTables.Percent(layer.Share)).Close().Close();
    }

    private static string SideOf(int features, double scale) =>
        FormattableString.Invariant($"{Math.Max(1, Math.Round(features * scale)):F0}");
}
