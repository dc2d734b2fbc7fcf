using Microsoft.ML.BlockPruning.Inference.Cpu;
using Microsoft.ML.BlockPruning.Measurement;
using Microsoft.ML.BlockPruning.Networks;
using Microsoft.ML.BlockPruning.Sweeps.Journal;

namespace Microsoft.ML.BlockPruning.Sweeps.Executors;

/// <summary>What a sweep's trials are compared with: the dense network, counted and timed as they are.</summary>
internal static class DenseReference
{
    /// <summary>The dense network's figures; those of the journal where it has them, so that a resumed sweep reports the same.</summary>
    /// <param name="subjects">The network and the images, in parts of which each is judged alone.</param>
    /// <param name="top1">Fraction of the validation images, in [0, 1], whose class it finds.</param>
    /// <param name="journal">Asked, and told what was measured anew; null: nobody.</param>
    /// <exception cref="IOException">The journal cannot be written.</exception>
    public static ReferencePoint Of(IReadOnlyList<SweepSubject> subjects, double top1, TrialJournal? journal)
    {
        if (journal?.FindReference(ReferencePoint.DenseName) is { } known)
        {
            return known;
        }

        var subject = subjects[0];
        var cost = new NetworkCost(subject.Dense.Spec);
        using var session = new SparseViTSession(subject.Model.ToNetwork(), subject.Threads);
        var point = new ReferencePoint
        {
            Name = ReferencePoint.DenseName,
            Images = subjects.Sum(part => part.Validation.Count),
            Top1 = top1,
            MultiplyAdds = cost.TotalMultiplyAdds,
            Bytes = cost.DenseBytes,
            Milliseconds = LatencyProbe.NetworkMilliseconds([session], batchSize: 1, ProbeEffort.Report)[0],
        };
        journal?.Append(point);
        return point;
    }
}
