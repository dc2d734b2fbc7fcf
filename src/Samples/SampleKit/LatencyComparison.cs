using Microsoft.ML;
using Microsoft.ML.BlockPruning;
using Microsoft.ML.Data;

namespace SampleKit;

/// <summary>Times scoring of pixels in memory, the cases in turn: no files are read, normalisation is included.</summary>
/// <param name="context">Owns the data views.</param>
/// <param name="seed">Seeds the images.</param>
/// <param name="budget">Time for all cases together.</param>
internal sealed class LatencyComparison(MLContext context, int seed, TimeSpan budget)
{
    // A view of fewer images would time the view more than the network.
    public const int ViewImages = 256;
    private const int SinglesPerBurst = 20;

    /// <summary>Times the cases, round after round.</summary>
    /// <param name="cases">Networks of one image size.</param>
    /// <param name="onProgress">Told the fraction that is done.</param>
    /// <param name="cancel">Ends the measurement between two bursts.</param>
    /// <returns>One result per case.</returns>
    public IReadOnlyList<Latency> Measure(IReadOnlyList<LatencyCase> cases, Action<double> onProgress, CancellationToken cancel)
    {
        int pixels = cases[0].Network.Network.ImageDim;
        PixelRow[] rows = Noise(pixels, cases.Max(one => RowsOf(one.Batch)));
        var engines = new List<PredictionEngine<PixelRow, ScoreRow>>();
        try
        {
            var probes = new List<TimedAction>();
            foreach (var (network, batch) in cases)
            {
                if (batch == 1)
                {
                    engines.Add(Engine(network, pixels));
                    probes.Add(Single(engines[^1], rows));
                }
                else
                {
                    var view = context.Data.LoadFromEnumerable(rows[..RowsOf(batch)], PixelRow.Schema(pixels));
                    probes.Add(new TimedAction(() => Pull(network.Transform(view)), RowsOf(batch), Burst: 1));
                }
            }

            return new LatencyMeter(budget).Measure(probes, onProgress, cancel);
        }
        finally
        {
            engines.ForEach(engine => engine.Dispose());
        }
    }

    // Whole batches: the last one of a view is as full as the others.
    private static int RowsOf(int batch) => batch == 1 ? SinglesPerBurst : batch * Math.Max(1, ViewImages / batch);

    // The time does not depend on what the images show, so noise of the right size serves every network.
    private PixelRow[] Noise(int pixels, int count)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => new PixelRow
        {
            Image = [.. Enumerable.Range(0, pixels).Select(_ => random.NextSingle() * byte.MaxValue)],
        })];
    }

    private PredictionEngine<PixelRow, ScoreRow> Engine(SparseViTTransformer network, int pixels) =>
        context.Model.CreatePredictionEngine<PixelRow, ScoreRow>(
            network, new PredictionEngineOptions { InputSchemaDefinition = PixelRow.Schema(pixels), OwnsTransformer = false });

    private static TimedAction Single(PredictionEngine<PixelRow, ScoreRow> engine, PixelRow[] rows)
    {
        var score = new ScoreRow();
        int next = 0;
        return new TimedAction(() => engine.Predict(rows[next++ % rows.Length], ref score), Images: 1, SinglesPerBurst);
    }

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
