using System.CommandLine;
using Microsoft.ML;

namespace BlockPrune.Cli;

/// <summary>The test images that networks are compared on.</summary>
internal static class ValidationRows
{
    // Enough to tell two budgets apart by a tenth of a point, and a trial stays a matter of seconds.
    public const int Most = 2000;

    public static Option<int?> Option() => CommonOptions.One<int?>(
        "--max-images", $"Test images at most that networks are compared on (default: {Most})", null,
        text => CommonOptions.ReadPositive(text));

    /// <summary>Draws the same images for the same source, whatever the verb.</summary>
    public static IDataView Of(MLContext context, IImageSource images, int? limit) =>
        context.Data.TakeRows(images.ShuffledTest(seed: 1), limit ?? Most);
}
