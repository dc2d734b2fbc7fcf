using Microsoft.ML.BlockPruning.Pruning;
using Microsoft.ML.BlockPruning.Sweeps;
using Microsoft.ML.BlockPruning.Tests.Processes;
using Microsoft.ML.BlockPruning.Torch;
using TorchSharp;

namespace Microsoft.ML.BlockPruning.Tests.Torch;

/// <summary>libtorch takes as many threads as the process may, or as it was told, and gets its own number back.</summary>
[TestClass]
public sealed class TorchThreadsTests
{
    [TestMethod]
    public void Number_HoldsForAsLongAsAnybodyAsks()
    {
        int before = torch.get_num_threads();
        var first = new TorchThreads(3);
        Assert.AreEqual(3, torch.get_num_threads());
        using (new TorchThreads(1))
        {
            Assert.AreEqual(1, torch.get_num_threads());
            first.Dispose();
            first.Dispose(); // twice is once
            Assert.AreEqual(1, torch.get_num_threads());
        }

        Assert.AreEqual(before, torch.get_num_threads());
    }

    [TestMethod]
    public void Fit_TakesTheOptionsNumber()
    {
        int before = torch.get_num_threads();
        using var subject = new FitSubject();
        var seen = new HashSet<int>();
        subject.Options.NumberOfThreads = 3;
        subject.Options.Progress = new Watch(seen);

        using var transformer = subject.Fit(subject.Data(9));

        CollectionAssert.AreEqual(new[] { 3 }, seen.ToArray());
        Assert.AreEqual(before, torch.get_num_threads());
    }

    /// <summary>A container with a quota of one processor on a machine of many.</summary>
    [TestMethod]
    public void FitAndSweep_TakeNoMoreThanTheProcessMay()
    {
        var result = ChildProcess.RunWith("DOTNET_PROCESSOR_COUNT", "1", typeof(TorchThreadsChild)).AssertSucceeded();

        Assert.AreEqual("before 4\nfit 1\nsweep 1\nafter 4\n", result.Output.ReplaceLineEndings("\n"));
    }

    /// <summary>Reports at once, on the thread that prunes.</summary>
    internal sealed class Watch(HashSet<int> seen) : IProgress<PruneProgress>, IProgress<SweepProgress>
    {
        // Images are read before libtorch has anything to do, and networks are timed after it.
        public void Report(PruneProgress value) =>
            _ = value.Stage is PruneStage.Reading or PruneStage.Measuring || seen.Add(torch.get_num_threads());

        public void Report(SweepProgress value)
        {
            if (value.Pruning is not null)
            {
                seen.Add(torch.get_num_threads());
            }
        }
    }
}
