using SampleKit;

namespace Microsoft.ML.BlockPruning.Benchmarks.Progress;

/// <summary>Keeps what a display would have shown at each report, and says afterwards how true it was.</summary>
/// <param name="run">What is run.</param>
/// <param name="time">The clock.</param>
internal sealed class RecordingSteps(string run, TimeProvider time) : IStepDisplay
{
    private const double Tenth = 0.1;
    private readonly List<Record> _records = [];

    /// <summary>The steps that have ended, in their order.</summary>
    public IReadOnlyList<ProgressRow> Rows => [.. _records.Where(record => record.Clock.HasEnded).Select(record => record.ToRow(run))];

    public void Report(string step, double? fraction)
    {
        var record = _records.LastOrDefault(one => one.Step == step);
        if (record is null || (record.Clock.HasEnded && !(fraction >= 1)))
        {
            record = new Record(step, new StepClock(time, fraction));
            _records.Add(record);
        }

        record.Clock.Move(fraction);
        if (fraction is { } share)
        {
            record.Shown.Add((share, record.Clock.Elapsed, record.Clock.Left));
        }
    }

    public void Report(string step, double done, double total, string unit) => Report(step, done / total);

    public void Say(string step, string doing)
    {
    }

    private sealed record Record(string Step, StepClock Clock)
    {
        public List<(double Share, TimeSpan At, TimeSpan? Left)> Shown { get; } = [];

        public ProgressRow ToRow(string run)
        {
            double end = Clock.Elapsed.TotalSeconds;
            var judged = Shown.Where(one => one.Share is >= Tenth and <= 1 - Tenth && one.Left is not null)
                .Select(one => (Estimate: one.Left!.Value.TotalSeconds, Truth: end - one.At.TotalSeconds)).ToList();
            if (judged.Count == 0)
            {
                return new ProgressRow(run, Step, Math.Round(end, 2), null, null, null, null);
            }

            var (estimate, truth) = judged[0];
            double worst = judged.Select(one => one.Estimate / one.Truth).MaxBy(ratio => Math.Abs(Math.Log(ratio)));
            return new ProgressRow(
                run, Step, Math.Round(end, 2), Math.Round(estimate, 2), Math.Round(truth, 2), Math.Round(estimate / truth, 2),
                Math.Round(worst, 2));
        }
    }
}
