using Microsoft.ML.BlockPruning.Kernels.Cpu.Layout;

namespace Microsoft.ML.BlockPruning.Kernels.Cpu.Dot;

/// <summary>Runs of input features in groups: runs that touch a group together are one.</summary>
internal static class DotRuns
{
    /// <summary>All runs, the first run of each strip, and the groups before each strip.</summary>
    /// <param name="packing">The runs of features.</param>
    /// <param name="group">Features in a group.</param>
    public static (List<GroupRun> Runs, int[] FirstRun, long[] GroupsBefore) Of(StripPacking packing, int group)
    {
        int strips = packing.FirstRun.Length - 1;
        var runs = new List<GroupRun>();
        int[] firstRun = new int[strips + 1];
        long[] groups = new long[strips + 1];
        for (int strip = 0; strip < strips; strip++)
        {
            int first = runs.Count;
            foreach (var run in packing.Runs[packing.FirstRun[strip]..packing.FirstRun[strip + 1]])
            {
                int start = run.Start / group, end = (run.Start + run.Count + group - 1) / group;
                if (runs.Count > first && runs[^1].Start + runs[^1].Count >= start)
                {
                    start = runs[^1].Start;
                    runs.RemoveAt(runs.Count - 1);
                }

                runs.Add(new GroupRun(start, end - start));
            }

            firstRun[strip + 1] = runs.Count;
            groups[strip + 1] = groups[strip] + runs[first..].Sum(run => (long)run.Count);
        }

        return (runs, firstRun, groups);
    }
}
