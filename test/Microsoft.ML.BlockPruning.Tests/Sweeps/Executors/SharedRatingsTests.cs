using Microsoft.ML.BlockPruning.Calibration;
using Microsoft.ML.BlockPruning.Networks.Families;
using Microsoft.ML.BlockPruning.Runs;
using Microsoft.ML.BlockPruning.Sweeps;
using Microsoft.ML.BlockPruning.Sweeps.Executors;
using Microsoft.ML.BlockPruning.Torch;

namespace Microsoft.ML.BlockPruning.Tests.Sweeps.Executors;

/// <summary>What one process finds of the dense network others read, to the bit, and nothing that is damaged.</summary>
[TestClass]
public sealed class SharedRatingsTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("blockpruning-tests-");

    [ClassInitialize]
    public static void LoadLibTorch(TestContext context) => LibTorch.EnsureLoaded();

    public void Dispose() => _folder.Delete(recursive: true);

    [TestMethod]
    public void Run_WithTheFileOfAnotherProcessGivesWhatItGivesAlone()
    {
        var trial = SweepToys.Trial(0.6);
        string alone = Figures(Executor(shared: false), trial);

        Assert.AreEqual(alone, Figures(Executor(shared: true), trial), "it writes");
        var written = File.GetLastWriteTimeUtc(FilePath);
        Assert.AreEqual(alone, Figures(Executor(shared: true), trial), "it reads");

        Assert.AreEqual(written, File.GetLastWriteTimeUtc(FilePath));
        Assert.HasCount(1, _folder.GetFiles(), "nothing half-written stays");
    }

    [TestMethod]
    public void Run_OfAnotherFamilyRatesAnew()
    {
        Figures(Executor(shared: true), SweepToys.Trial(0.6));
        var other = SweepToys.Trial(0.6) with { CalibrationImages = 4 };

        Assert.AreEqual(Figures(Executor(shared: false), other), Figures(Executor(shared: true), other));
        Assert.HasCount(2, _folder.GetFiles());
    }

    [TestMethod]
    [DataRow("a byte is another", "SHA-256")]
    [DataRow("it is cut off", "cut off")]
    [DataRow("it is empty", "ratings-8x8-ObsPath-all.safetensors")]
    [DataRow("it is another family's", "family")]
    public void Run_WithADamagedFileFailsAndNamesIt(string damage, string says)
    {
        var trial = SweepToys.Trial(0.6);
        Figures(Executor(shared: true), damage.Contains("family", StringComparison.Ordinal) ? trial with { CalibrationImages = 4 } : trial);
        byte[] bytes = File.ReadAllBytes(_folder.GetFiles().Single().FullName);
        switch (damage)
        {
            case "a byte is another":
                bytes[^9] ^= 1;
                break;
            case "it is cut off":
                bytes = bytes[..^8];
                break;
            case "it is empty":
                bytes = [];
                break;
        }

        File.WriteAllBytes(FilePath, bytes);

        var error = Assert.ThrowsExactly<InvalidDataException>(() => Figures(Executor(shared: true), trial));

        StringAssert.Contains(error.Message, FilePath);
        StringAssert.Contains(error.Message, says);
    }

    [TestMethod]
    public void Run_WithNoRoomForTheFileFailsAndLeavesNothing()
    {
        var trial = SweepToys.Trial(0.6);
        Directory.CreateDirectory(FilePath); // as a disk that takes no file: it cannot be put in place

        var error = Assert.Throws<IOException>(() => Figures(Executor(shared: true), trial));

        StringAssert.Contains(error.Message, FilePath);
        Assert.IsEmpty(_folder.GetFiles());
    }

    private string FilePath => Path.Combine(_folder.FullName, "ratings-8x8-ObsPath-all.safetensors");

    private static string Figures(LocalExecutor executor, Trial trial) =>
        SweepToys.Figures(executor.Run(trial, _ => { }, CancellationToken.None).Result);

    private LocalExecutor Executor(bool shared)
    {
        var config = TestNetworks.Config();
        var subject = new SweepSubject(
            TestNetworks.Weights(config), Images(9, null), Images(5, [2, 0, 1, 1, 0]), TestNetworks.Preprocessing(),
            ["ant", "bee", "cat"], Seed: 7, Threads: 1);
        return new LocalExecutor(subject, new PruneRequest { NumberOfTorchThreads = 1 }, CancellationToken.None)
        {
            Ratings = shared ? new SharedRatings(_folder.FullName, subject.Seed) : null,
        };

        CalibrationSet Images(int count, int[]? labels)
        {
            var random = new Random(count);
            return new CalibrationSet(
                ViT.Of(config), [.. Enumerable.Range(0, count * config.ImageDim).Select(_ => random.NextSingle())], count, labels);
        }
    }
}
