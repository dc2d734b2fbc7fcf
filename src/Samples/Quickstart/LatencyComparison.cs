using Microsoft.ML;
using Microsoft.ML.BlockPruning;
using Microsoft.ML.Data;

namespace Quickstart;

/// <summary>Times scoring of pixels in memory, dense and pruned in turn: no files are read, normalisation is included.</summary>
internal sealed class LatencyComparison(MLContext context, int seed)
{
    public const int Batch = 32;
    public const int ViewImages = 8 * Batch;
    private const int SinglesPerBurst = 20;
    private static readonly TimeSpan Budget = TimeSpan.FromSeconds(15);

    /// <returns>Dense at batch 1, pruned at batch 1, dense at batch 32, pruned at batch 32.</returns>
    public IReadOnlyList<Latency> Measure(
        SparseViTTransformer dense, SparseViTTransformer pruned, Action<double> onProgress, CancellationToken cancel)
    {
        int pixels = dense.Config.ImageDim;
        PixelRow[] rows = Noise(pixels);
        using var denseEngine = Engine(dense, pixels);
        using var prunedEngine = Engine(pruned, pixels);
        var view = context.Data.LoadFromEnumerable(rows, PixelRow.Schema(pixels));
        return new LatencyMeter(Budget).Measure(
            [Single(denseEngine, rows), Single(prunedEngine, rows), Batched(dense, view), Batched(pruned, view)], onProgress, cancel);
    }

    // The time does not depend on what the images show, so noise of the right size serves every network.
    private PixelRow[] Noise(int pixels)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, ViewImages).Select(_ => new PixelRow
        {
            Image = [.. Enumerable.Range(0, pixels).Select(_ => random.NextSingle() * byte.MaxValue)],
        })];
    }

    private PredictionEngine<PixelRow, ScoreRow> Engine(SparseViTTransformer network, int pixels) =>
        context.Model.CreatePredictionEngine<PixelRow, ScoreRow>(
            network, new PredictionEngineOptions { InputSchemaDefinition = PixelRow.Schema(pixels), OwnsTransformer = false });

    private static LatencyProbe Single(PredictionEngine<PixelRow, ScoreRow> engine, PixelRow[] rows)
    {
        var score = new ScoreRow();
        int next = 0;
        return new LatencyProbe(() => engine.Predict(rows[next++ % rows.Length], ref score), Images: 1, SinglesPerBurst);
    }

    private static LatencyProbe Batched(SparseViTTransformer network, IDataView view) =>
        new(() => Pull(network.Transform(view)), ViewImages, Burst: 1);

    private static void Pull(IDataView scored)
    {
        var column = scored.Schema[nameof(ScoreRow.Score)];
        using var cursor = scored.GetRowCursor([column]);
        var getter = cursor.GetGetter<VBuffer<float>>(column);
        VBuffer<float> scores = default;
        while (cursor.MoveNext())
        {
            getter(ref scores);
        }
    }
}
