using Microsoft.ML;
using Microsoft.ML.BlockPruning;

namespace BlockPrune.Cli;

/// <summary>What a network answers to images, by the slots of its classes.</summary>
internal static class Answers
{
    private const string PredictedLabel = "PredictedLabel";

    /// <summary>Scores rows once, below a bar.</summary>
    /// <param name="step">What the bar calls it.</param>
    /// <param name="network">Scores.</param>
    /// <param name="rows">With the images' column.</param>
    /// <param name="count">How many rows there are.</param>
    /// <param name="display">Shows how far it is.</param>
    /// <param name="cancel">Ends the scoring at the next image.</param>
    /// <returns>[count] the best slot of each row.</returns>
    public static int[] Of(
        string step, SparseViTTransformer network, IDataView rows, int count, IStepDisplay display, CancellationToken cancel)
    {
        display.Report(step, 0, count, "images");
        return SlotsIn(network.Transform(rows), PredictedLabel, done =>
        {
            cancel.ThrowIfCancellationRequested();
            display.Report(step, done, count, "images");
        });
    }

    /// <summary>The classes of rows as their labels say.</summary>
    /// <returns>[rows] the slot of each row's key; -1 where it has none.</returns>
    public static int[] Labels(IDataView rows) => SlotsIn(rows, nameof(PixelRow.Label), _ => { });

    private static int[] SlotsIn(IDataView rows, string name, Action<int> onRow)
    {
        var column = rows.Schema[name];
        using var cursor = rows.GetRowCursor([column]);
        var getter = cursor.GetGetter<uint>(column);
        var slots = new List<int>();
        uint key = 0;
        while (cursor.MoveNext())
        {
            getter(ref key);
            slots.Add((int)key - 1);
            onRow(slots.Count);
        }

        return [.. slots];
    }
}
