namespace Microsoft.ML.BlockPruning.Reporting.Plots;

/// <summary>Finds room for labels: beside, above or below their points, over no other label and no point.</summary>
/// <param name="frame">Where labels may be.</param>
/// <param name="size">Height of the letters in pixels.</param>
internal sealed class LabelPlacement((double Left, double Top, double Right, double Bottom) frame, double size)
{
    // Of letters' height; that of the widest common sans serif, so that text of another font is narrower, never wider.
    private const double LetterWidth = 0.6;
    private const double Gap = 7;
    private const double MarkRadius = 6;

    private readonly List<(double Left, double Top, double Right, double Bottom)> _taken = [];

    /// <summary>Width of a text in pixels, at most.</summary>
    public static double WidthOf(string text, double size) => text.Length * LetterWidth * size;

    /// <summary>No label may cover this point.</summary>
    public void Avoid(double x, double y) => _taken.Add((x - MarkRadius, y - MarkRadius, x + MarkRadius, y + MarkRadius));

    /// <summary>Takes the first free place.</summary>
    /// <param name="text">The label.</param>
    /// <param name="x">The point.</param>
    /// <param name="y">The point.</param>
    /// <returns>Left end of the baseline; null where there is no room.</returns>
    public (double X, double Y)? TryPlace(string text, double x, double y)
    {
        double width = WidthOf(text, size);
        (double Left, double Middle)[] places =
        [
            (x + Gap, y), (x - (width / 2), y - size - 2), (x - (width / 2), y + size + 2), (x - Gap - width, y),
            (x + Gap, y - size), (x + Gap, y + size), (x - Gap - width, y - size), (x - Gap - width, y + size),
        ];
        foreach (var (left, middle) in places)
        {
            var box = (Left: left, Top: middle - (size / 2), Right: left + width, Bottom: middle + (size / 2));
            bool isInside = box.Left >= frame.Left && box.Right <= frame.Right && box.Top >= frame.Top && box.Bottom <= frame.Bottom;
            if (isInside && !_taken.Exists(other => Overlap(box, other)))
            {
                _taken.Add(box);
                return (left, middle + (size / 3));
            }
        }

        return null;
    }

    private static bool Overlap(
        (double Left, double Top, double Right, double Bottom) one, (double Left, double Top, double Right, double Bottom) other) =>
        one.Left < other.Right && other.Left < one.Right && one.Top < other.Bottom && other.Top < one.Bottom;
}
