using Microsoft.ML.BlockPruning.Tests.Processes;
using Microsoft.ML.BlockPruning.Torch;

namespace Microsoft.ML.BlockPruning.Tests.Torch;

[TestClass]
public sealed class LibTorchTests
{
    private const string Copy = "libLibTorchSharp.compat.so";
    private static readonly string[] FourSums = ["sum 3", "sum 3", "sum 3", "sum 3"];

    [TestMethod]
    public void EnsureLoaded_WorksFromManyThreadsInAFreshFolder()
    {
        ShimFile.ReadOrInconclusive();
        using var application = new ApplicationFolder();

        CollectionAssert.AreEqual(FourSums, Outcomes(Load(application)));
    }

    [TestMethod]
    public void EnsureLoaded_OnAnOldSystemKeepsThePatchedCopyBesideTheOriginal()
    {
        byte[] original = OldSystemsShimOrInconclusive();
        using var application = new ApplicationFolder();

        CollectionAssert.AreEqual(FourSums, Outcomes(Load(application)));
        CollectionAssert.AreEqual(LibTorchShim.Patch(original), File.ReadAllBytes(application.Native(Copy)));

        File.WriteAllBytes(application.Native(Copy), new byte[original.Length]); // as another TorchSharp of equal size would leave
        CollectionAssert.AreEqual(FourSums, Outcomes(Load(application)));
        Assert.HasCount(1, Directory.GetFiles(application.Natives, Copy + "*"), "Files written aside are gone.");
    }

    [TestMethod]
    public void EnsureLoaded_OnAnOldSystemWorksWhereTheFolderTakesNoCopy()
    {
        OldSystemsShimOrInconclusive();
        using var application = new ApplicationFolder();
        Directory.CreateDirectory(Path.Combine(application.Native(Copy), "occupied")); // the administrator writes into any read-only folder

        string[] lines = Load(application);

        CollectionAssert.AreEqual(FourSums, Outcomes(lines));
        Assert.IsTrue(
            lines.Any(line => line.EndsWith(Copy + " (deleted)", StringComparison.Ordinal)), "The temporary copy is gone from disk.");
        Assert.HasCount(0, Directory.GetFiles(application.Natives, Copy + "*"), "Files written aside are gone.");
    }

    [TestMethod]
    public void EnsureLoaded_ChangesNothingWhereTheShimLoads()
    {
        byte[] shim = ShimFile.ReadOrInconclusive();
        using var application = new ApplicationFolder();
        File.Delete(application.Native("libLibTorchSharp.so"));
        File.WriteAllBytes(application.Native("libLibTorchSharp.so"), LibTorchShim.Patch(shim)!); // loads on any system

        CollectionAssert.AreEqual(FourSums, Outcomes(Load(application)));
        Assert.HasCount(0, Directory.GetFiles(application.Natives, Copy + "*"));
    }

    [TestMethod]
    public void EnsureLoaded_WithoutLibTorchSaysSoEachTimeAndCopiesNothing()
    {
        ShimFile.ReadOrInconclusive();
        using var application = new ApplicationFolder();
        foreach (string file in Directory.GetFiles(application.Natives, "lib*torch*"))
        {
            File.Delete(file);
        }

        string[] outcomes = Outcomes(Load(application));

        Assert.HasCount(4, outcomes);
        foreach (string outcome in outcomes)
        {
            Assert.StartsWith("refused libtorch was ", outcome); // "not found", or of another version where the system has its own
            Assert.Contains("reference libtorch-cpu-linux-x64", outcome);
            Assert.AreEqual(outcomes[0], outcome);
        }

        Assert.IsFalse(Directory.Exists(Path.Combine(application.Path, "cpu")), "TorchSharp never went to look by itself.");
    }

    [TestMethod]
    public void EnsureLoaded_WithADamagedLibraryGivesTheLoadersReason()
    {
        ShimFile.ReadOrInconclusive();
        using var application = new ApplicationFolder();
        File.Delete(application.Native("libLibTorchSharp.so"));
        File.WriteAllText(application.Native("libLibTorchSharp.so"), "no library");

        string outcome = Outcomes(Load(application))[0];

        Assert.StartsWith("refused libtorch was found but does not load: ", outcome);
        Assert.Contains("libLibTorchSharp.so: file too short", outcome);
        Assert.IsFalse(Directory.Exists(Path.Combine(application.Path, "cpu")));
    }

    private static string[] Load(ApplicationFolder application) =>
        ChildProcess.RunIn(application.Path, typeof(LibTorchChild), "4").AssertSucceeded()
            .Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    private static string[] Outcomes(string[] lines) => [.. lines.Where(line => !line.StartsWith("mapped ", StringComparison.Ordinal))];

    /// <summary>The tests' own process needed the copy exactly where the system refuses the original.</summary>
    private static byte[] OldSystemsShimOrInconclusive()
    {
        byte[] original = ShimFile.ReadOrInconclusive();
        if (!File.ReadLines("/proc/self/maps").Any(line => line.Contains(Copy, StringComparison.Ordinal)))
        {
            Assert.Inconclusive("This system's libstdc++ is new enough for the original shim.");
        }

        return original;
    }
}
