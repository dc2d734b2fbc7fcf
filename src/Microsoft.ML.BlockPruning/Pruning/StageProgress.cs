using Microsoft.ML.BlockPruning.Pruning.Work;

namespace Microsoft.ML.BlockPruning.Pruning;

/// <summary>Counts the steps of one stage and reports each; threads may step at once, reports come one at a time.</summary>
/// <param name="work">The steps, with what each has to do.</param>
/// <param name="report">Told the number of steps done and the share of the work; it may throw to cancel.</param>
/// <param name="next">The stage that begins where this one ends; null where that is not known.</param>
internal sealed class StageProgress(WorkSchedule work, Action<int, double> report, StageProgress? next = null)
{
    private readonly Lock _gate = new();
    private int? _done;

    /// <summary>Reports that the stage begins. The report may throw to cancel.</summary>
    /// <param name="done">Steps that need not be done again.</param>
    public void Begin(int done = 0)
    {
        lock (_gate)
        {
            if (_done is null && done < work.Steps)
            {
                Report(done);
            }
        }
    }

    /// <summary>Reports one more step. The report may throw to cancel.</summary>
    public void Step()
    {
        lock (_gate)
        {
            Report((_done ?? 0) + 1);
        }
    }

    /// <summary>Reports the end, where what an earlier run has kept made steps needless.</summary>
    public void End()
    {
        lock (_gate)
        {
            if ((_done ?? 0) != work.Steps)
            {
                Report(work.Steps);
            }
        }
    }

    private void Report(int done)
    {
        _done = done;
        report(done, work.ShareOf(done));
        if (done == work.Steps)
        {
            next?.Begin();
        }
    }
}
