using System.Diagnostics;
using Microsoft.ML.BlockPruning.Fuzz.Targets;
using Microsoft.ML.BlockPruning.Torch;

namespace Microsoft.ML.BlockPruning.Fuzz.Running;

/// <summary>One target in children, one after another, until its time is over.</summary>
/// <param name="target">The format.</param>
/// <param name="program">The instrumented copy of this program.</param>
/// <param name="folder">The target's; made anew.</param>
internal sealed class TargetRun(IFuzzTarget target, string program, FuzzFolder folder)
{
    private const int FailedStarts = 3;

    public FuzzRow Run(TimeSpan time, int seed)
    {
        var clock = Stopwatch.StartNew();
        var total = new Tally();
        int children = 0;
        using var slot = new InputSlot(folder.Slot);
        while (clock.Elapsed < time && total.Findings.Find(finding => finding.Kind == "start") is not { Count: >= FailedStarts })
        {
            File.Delete(folder.Tally);
            var child = new ChildProcess(program, target.Name, folder, RandomSeed.Of(seed, children++), time - clock.Elapsed);
            var ending = child.Run(slot);
            var tally = Tally.Load(folder.Tally);
            tally.Files = slot.Number; // the tally is a second old where the child was ended
            tally.PeakBytes = Math.Max(tally.PeakBytes, child.PeakBytes);
            total.Add(tally);
            if (ending is var (kind, how))
            {
                byte[] culprit = slot.Content;
                total.Add(Finding.Record(folder.Path, kind, how, culprit, child.Errors));
                folder.Drop(culprit);
            }

            folder.ClearScratch();
        }

        return new FuzzRow(
            target.Name, seed, Math.Round(clock.Elapsed.TotalSeconds, 1), children, total.Files, total.Kept, total.Branches,
            Math.Round((double)total.PeakBytes / (1 << 20), 1), total.Outcomes, total.Findings);
    }
}
