using Microsoft.ML;
using Microsoft.ML.BlockPruning;
using Microsoft.ML.Data;

namespace BlockPrune.Cli;

/// <summary>Scores rows once, below a bar, so that what reads the scores afterwards takes no time.</summary>
internal static class WatchedScoring
{
    private const string Step = "Scoring";
    private const string Score = "Score";
    private const int ReportEvery = 32;

    /// <param name="context">Owns the data view.</param>
    /// <param name="network">Scores.</param>
    /// <param name="rows">With the columns Image and Label.</param>
    /// <param name="count">How many rows there are.</param>
    /// <param name="display">Shows how far it is.</param>
    /// <param name="cancel">Ends the scoring at the next image.</param>
    /// <returns>Label, Score and PredictedLabel, in memory.</returns>
    public static IDataView Of(
        MLContext context, SparseViTTransformer network, IDataView rows, int count, IStepDisplay display, CancellationToken cancel)
    {
        var scored = context.Data.Cache(network.Transform(rows), nameof(PixelRow.Label), Score, "PredictedLabel");
        var column = scored.Schema[Score];
        using var cursor = scored.GetRowCursor([column]);
        var getter = cursor.GetGetter<VBuffer<float>>(column);
        VBuffer<float> scores = default;
        for (int done = 1; cursor.MoveNext(); done++)
        {
            cancel.ThrowIfCancellationRequested();
            getter(ref scores);
            if (done % ReportEvery == 0 || done == count)
            {
                display.Report(Step, done, count, "images");
            }
        }

        return scored;
    }
}
