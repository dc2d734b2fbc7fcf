using Microsoft.ML.BlockPruning.Fuzz.Running;
using Microsoft.ML.BlockPruning.Fuzz.Seeding;
using Microsoft.ML.BlockPruning.Fuzz.Targets;

namespace Microsoft.ML.BlockPruning.Benchmarks.Tests.Fuzzing;

/// <summary>Files that failed once, and those by which fuzzing reached a branch, go through the targets of <c>eng/fuzz.sh</c>.</summary>
[TestClass]
public sealed class CorpusTests
{
    private const long LargestFile = 64 << 10;
    private const long LargestCorpus = 2 << 20;

    public static IEnumerable<object[]> Files => FuzzTargets.All.SelectMany(
        target => target.CorpusFiles().Select(file => new object[] { target.Name, Path.GetRelativePath(Repository.At("test"), file) }));

    public static IEnumerable<object[]> Targets => FuzzTargets.All.Select(target => new object[] { target.Name });

    [TestMethod]
    [DynamicData(nameof(Files))]
    public void Read_EndsAsDocumented(string name, string file)
    {
        var target = FuzzTargets.Named(name);
        byte[] content = File.ReadAllBytes(Repository.At("test", file));
        long allocated = GC.GetAllocatedBytesForCurrentThread(), peak = PeakMemory.Of("self");
        try
        {
            target.Read(content);
        }
        catch (Exception error) when (target.IsDocumented(error))
        {
            Assert.AreNotEqual("", error.Message.Trim());
        }

        // Of the process too: Skia's and libtorch's memory is no managed one.
        Assert.IsLessThanOrEqualTo(target.AllocatedAtMost, GC.GetAllocatedBytesForCurrentThread() - allocated, "managed bytes");
        Assert.IsLessThanOrEqualTo(FuzzLimits.MemoryBytes, PeakMemory.Of("self") - peak, "bytes of the process");
    }

    // A format whose good files are refused would be fuzzed for nothing.
    [TestMethod]
    [DynamicData(nameof(Targets))]
    public void Read_TakesEverySeed(string name)
    {
        var target = FuzzTargets.Named(name);
        byte[][] seeds =
        [
            .. target.Seeds(),
            .. target.CorpusFiles().Where(file => Path.GetFileName(file).StartsWith("seed-", StringComparison.Ordinal))
                .Select(File.ReadAllBytes),
        ];

        Assert.IsNotEmpty(seeds);
        foreach (byte[] seed in seeds)
        {
            target.Read(seed);
        }
    }

    [TestMethod]
    public void Corpus_StaysSmallAndBelongsToTargets()
    {
        var folder = new DirectoryInfo(Repository.At("test", "Corpus"));
        var files = folder.GetFiles("*", SearchOption.AllDirectories);

        Assert.IsLessThanOrEqualTo(LargestCorpus, files.Sum(file => file.Length));
        Assert.AreEqual("", string.Join(' ', files.Where(file => file.Length > LargestFile).Select(file => file.Name)));
        CollectionAssert.IsSubsetOf(
            folder.GetDirectories().Select(target => target.Name).ToArray(), FuzzTargets.All.Select(target => target.Name).ToArray());
    }
}
