using Microsoft.ML.BlockPruning.Fuzz.Coverage;
using Microsoft.ML.BlockPruning.Fuzz.Mutation;
using Microsoft.ML.BlockPruning.Fuzz.Running;
using Microsoft.ML.BlockPruning.Fuzz.Targets;
using SharpFuzz.Common;

namespace Microsoft.ML.BlockPruning.Benchmarks.Tests.Fuzzing;

/// <summary>A fuzzer that finds nothing proves nothing: faults that are planted must be found.</summary>
[TestClass]
public sealed class FuzzChildTests : IDisposable
{
    private readonly DirectoryInfo _place = Directory.CreateTempSubdirectory("blockpruning-tests-");

    public void Dispose() => _place.Delete(recursive: true);

    [TestMethod]
    public void Run_FindsWhatIsNotDocumented()
    {
        var tally = Run(content => throw (content is [> 100, ..] ? new ArithmeticException() : new InvalidDataException()));

        Assert.IsGreaterThan(1, tally.Files);
        Assert.IsGreaterThan(0, tally.Outcomes[nameof(InvalidDataException)]);
        var finding = tally.Findings.Single();
        Assert.AreEqual("exception", finding.Kind);
        Assert.StartsWith(nameof(ArithmeticException), finding.Signature);
        Assert.IsGreaterThan(100, (int)File.ReadAllBytes(Path.Combine(_place.FullName, "findings", finding.File))[0]);
    }

    [TestMethod]
    public void Run_FindsAnInputThatAllocatesTooMuch()
    {
        var tally = Run(content => GC.KeepAlive(new byte[content is [0, ..] ? 0 : 1 << 21]));

        Assert.AreEqual("memory", tally.Findings.Single().Kind);
    }

    // Three bytes in a row: by chance alone one in sixteen million, branch by branch a few thousand.
    [TestMethod]
    public void Run_KeepsInputsThatReachABranch()
    {
        var tally = Run(
            content =>
            {
                Visit(1);
                for (int i = 0; i < 3 && i < content.Length && content[i] == "key"[i]; i++)
                {
                    Visit(i + 2);
                }
            },
            until: found => found.Branches == 4);

        Assert.AreEqual(4, tally.Branches);
        Assert.IsGreaterThanOrEqualTo(4, tally.Kept);
        Assert.IsEmpty(tally.Findings);
    }

    [TestMethod]
    public void Map_KnowsNewBranchesAndNewCounts()
    {
        var map = new CoverageMap();
        CollectionAssert.AreEqual(new[] { 7 }, Visited(7));
        Assert.IsNull(Visited(7));
        CollectionAssert.AreEqual(new[] { 7 }, Visited(7, 7));
        CollectionAssert.AreEqual(new[] { 7, 65535 }, Visited(65535, 7));
        Assert.AreEqual(2, map.Branches);

        int[]? Visited(params int[] branches)
        {
            map.Clear();
            Array.ForEach(branches, Visit);
            return map.TryAdd();
        }
    }

    // As instrumented code does it.
    private static unsafe void Visit(int branch) => Trace.SharedMem[branch]++;

    private Tally Run(Action<byte[]> read, Predicate<Tally>? until = null)
    {
        var folder = new FuzzFolder(_place.FullName);
        var target = new ToyTarget(read);
        folder.Prepare(target);
        Tally tally;
        int seed = 0;
        do
        {
            using var child = new FuzzChild(new CoverageMap(), target, folder, seed++);
            child.Run(TimeSpan.FromSeconds(0.5));
            tally = Tally.Load(folder.Tally);
        }
        while (until?.Invoke(tally) == false && seed < 100);
        return tally;
    }

    private sealed class ToyTarget(Action<byte[]> read) : IFuzzTarget
    {
        public string Name => "toy";

        public IReadOnlyList<Type> Documented { get; } = [typeof(InvalidDataException)];

        public IReadOnlyList<IMutator> Mutators { get; } = [];

        public IReadOnlyList<string> Cases { get; } = [];

        public long AllocatedAtMost => 1 << 20;

        public IEnumerable<byte[]> Seeds() => [[0, 0, 0, 0]];

        public void Read(byte[] content) => read(content);
    }
}
