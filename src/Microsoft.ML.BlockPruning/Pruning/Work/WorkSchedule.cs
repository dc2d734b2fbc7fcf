namespace Microsoft.ML.BlockPruning.Pruning.Work;

/// <summary>The steps of a stage in the order in which they are reported, each with its work.</summary>
/// <remarks>Work is in any unit: only the share that is done is told. Steps without any work count alike.</remarks>
internal sealed class WorkSchedule
{
    // Ends of runs of equal steps: how many steps, and how much work, up to there.
    private readonly List<(int Steps, double Work)> _ends = [(0, 0)];

    /// <summary>How many steps there are.</summary>
    public int Steps => _ends[^1].Steps;

    private double Work => _ends[^1].Work;

    /// <summary>Steps that all have the same to do.</summary>
    public static WorkSchedule Even(int steps) => new WorkSchedule().Add(steps, 1);

    /// <summary>Adds steps after those that are there.</summary>
    /// <param name="steps">How many; 0 adds nothing.</param>
    /// <param name="workOfEach">At least 0.</param>
    /// <returns>This schedule.</returns>
    public WorkSchedule Add(int steps, double workOfEach)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(steps);
        ArgumentOutOfRangeException.ThrowIfNegative(workOfEach);
        if (steps > 0)
        {
            _ends.Add((checked(Steps + steps), Work + (steps * workOfEach)));
        }

        return this;
    }

    /// <summary>Adds the steps of another schedule.</summary>
    public WorkSchedule Add(WorkSchedule other)
    {
        for (int run = 1; run < other._ends.Count; run++)
        {
            int steps = other._ends[run].Steps - other._ends[run - 1].Steps;
            Add(steps, (other._ends[run].Work - other._ends[run - 1].Work) / steps);
        }

        return this;
    }

    /// <summary>The share of the work that is done after some steps, in [0, 1]; it never falls.</summary>
    /// <param name="done">From 0 to <see cref="Steps"/>; more counts as all.</param>
    public double ShareOf(int done)
    {
        if (done >= Steps)
        {
            return 1;
        }

        if (!(Work > 0))
        {
            return (double)done / Steps;
        }

        int next = _ends.FindIndex(end => end.Steps > done);
        var (before, after) = (_ends[next - 1], _ends[next]);
        double part = (double)(done - before.Steps) / (after.Steps - before.Steps);
        return Math.Min(1, (before.Work + (part * (after.Work - before.Work))) / Work);
    }
}
