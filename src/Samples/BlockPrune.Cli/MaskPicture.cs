using System.Text;
using Microsoft.ML.BlockPruning;

namespace BlockPrune.Cli;

/// <summary>A mask in characters: one column for a block column; in Unicode one line for two block rows.</summary>
internal static class MaskPicture
{
    /// <param name="layer">The layer.</param>
    /// <param name="unicode">Whether the terminal shows half blocks.</param>
    public static string Of(LayerSummary layer, bool unicode)
    {
        var picture = new StringBuilder();
        int step = unicode ? 2 : 1;
        for (int row = 0; row < layer.BlockRows; row += step)
        {
            for (int column = 0; column < layer.BlockColumns; column++)
            {
                bool upper = layer.IsKept(row, column);
                bool lower = unicode && row + 1 < layer.BlockRows && layer.IsKept(row + 1, column);
                picture.Append(unicode ? Half(upper, lower) : upper ? '#' : '.');
            }

            picture.Append('\n');
        }

        return picture.ToString();
    }

    private static char Half(bool upper, bool lower) => (upper, lower) switch
    {
        (true, true) => '█',
        (true, false) => '▀',
        (false, true) => '▄',
        _ => '·',
    };
}
