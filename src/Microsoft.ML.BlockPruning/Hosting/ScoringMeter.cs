using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Microsoft.ML.BlockPruning.Hosting;

/// <summary>What a service tells of itself in figures: images, milliseconds, models read.</summary>
internal sealed class ScoringMeter : IDisposable
{
    /// <summary>Of the meter and of the source of activities.</summary>
    public const string Name = "Microsoft.ML.BlockPruning";

    /// <summary>One activity for each prediction.</summary>
    public static readonly ActivitySource Activities = new(Name);

    private readonly Meter _meter;
    private readonly Counter<long> _images;
    private readonly Histogram<double> _milliseconds;
    private readonly Counter<long> _loads;
    private readonly UpDownCounter<int> _stuck;
    private readonly KeyValuePair<string, object?>[] _model;

    /// <summary>Makes the instruments.</summary>
    /// <param name="factory">The container's; null where it has none.</param>
    /// <param name="model">Tells several models of one application apart; null where there is one.</param>
    public ScoringMeter(IMeterFactory? factory, string? model)
    {
        _meter = factory?.Create(Name) ?? new Meter(Name);
        _images = _meter.CreateCounter<long>("blockpruning.images", "{image}", "Images that were asked for.");
        _milliseconds = _meter.CreateHistogram<double>(
            "blockpruning.predict.duration", "ms", "Time to decode and score one image.",
            advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000] });
        _loads = _meter.CreateCounter<long>("blockpruning.model.loads", "{load}", "Models read from the file, and files that failed.");
        _stuck = _meter.CreateUpDownCounter<int>(
            "blockpruning.model.loads.stuck", "{load}", "Loads that have not returned within their limit.");
        _model = model is null ? [] : [new("model", model)];
    }

    /// <summary>Counts an image.</summary>
    public void AddImage(SharedModel by, ImageOutcome outcome, TimeSpan time)
    {
        var tags = new TagList(_model) { { "outcome", NameOf(outcome) } };
        foreach (var tag in by.Tags)
        {
            tags.Add(tag);
        }

        _images.Add(1, tags);
        _milliseconds.Record(time.TotalMilliseconds, tags);
    }

    /// <summary>Counts a model that now serves.</summary>
    public void AddLoaded(SharedModel model)
    {
        var tags = new TagList(_model) { { "outcome", "loaded" } };
        foreach (var tag in model.Tags)
        {
            tags.Add(tag);
        }

        _loads.Add(1, tags);
    }

    /// <summary>Counts a file that could not be taken.</summary>
    public void AddFailedLoad() => _loads.Add(1, new TagList(_model) { { "outcome", "failed" } });

    /// <summary>Loads that began to hang, less those that returned.</summary>
    public void AddStuck(int count) => _stuck.Add(count, _model);

    public void Dispose() => _meter.Dispose();

    private static string NameOf(ImageOutcome outcome) => outcome switch
    {
        ImageOutcome.Scored => "scored",
        ImageOutcome.Refused => "refused",
        _ => "failed",
    };
}
