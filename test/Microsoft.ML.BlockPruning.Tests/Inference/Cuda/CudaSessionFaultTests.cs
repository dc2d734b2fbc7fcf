using Microsoft.ML.BlockPruning.Formats;
using Microsoft.ML.BlockPruning.Inference.Cuda;
using Microsoft.ML.BlockPruning.Kernels.Cuda.Driver;
using Microsoft.ML.BlockPruning.Networks.Families;

namespace Microsoft.ML.BlockPruning.Tests.Inference.Cuda;

/// <summary>What a session does when the driver refuses, and when several threads want it.</summary>
[TestClass]
public sealed class CudaSessionFaultTests
{
    private static readonly float[] Images = RandomNetworks.Images(CudaSessionLab.Least, 2, seed: 3);

    /// <summary>Every call of a session's life fails once, from the first on the driver to the last.</summary>
    [TestMethod]
    [DataRow(DriverStatus.OutOfMemory, "Allocate", "Use smaller batches", DisplayName = "out of memory")]
    [DataRow(DriverStatus.OutOfMemory, "AllocatePinned", "Use smaller batches", DisplayName = "out of locked memory")]
    [DataRow(DriverStatus.InvalidPtx, "LoadModule", "The driver is too old for the kernels", DisplayName = "translation fails")]
    [DataRow(DriverStatus.IllegalAddress, "", "start it anew", DisplayName = "any call fails")]
    public void Fault_AtEachCallInTurn_IsOneMessageAndNoLeak(int status, string call, string nextStep)
    {
        var sound = new FakeCudaDriver();
        Assert.IsNull(Use(sound, out int inUse));
        int[] calls = [.. Enumerable.Range(1, sound.Calls.Count).Where(i => call.Length == 0 || sound.Calls[i - 1] == call)];
        Assert.IsNotEmpty(calls);
        foreach (int failing in calls)
        {
            var driver = new FakeCudaDriver { Fault = (number, _) => number == failing ? status : null };

            var error = Use(driver, out _);

            string name = sound.Calls[failing - 1];
            Assert.AreEqual(0, driver.LiveObjects, $"call {failing}, {name}: not all was given back.");
            if (error is null)
            {
                Assert.IsTrue(failing > inUse || IsRelease(name), $"call {failing}, {name}: nothing was said.");
                continue;
            }

            Assert.Contains("GPU 0 (Fake 80)", error.Message);
            Assert.Contains(nextStep, error.Message);
        }
    }

    /// <summary>Once lost, a device answers every call with the same error, those that free too.</summary>
    [TestMethod]
    public void Fault_DeviceLost_FreesWhatItCanAndSaysSoEverAfter()
    {
        int launches = 0;
        var driver = new FakeCudaDriver
        {
            Fault = (_, name) => launches > 3 || (name == "Launch" && ++launches > 3) ? DriverStatus.IllegalAddress : null,
        };
        using var session = CudaSessionLab.OpenLeast(driver);

        var first = Assert.ThrowsExactly<InvalidOperationException>(() => RandomNetworks.Score(session, Images));
        var second = Assert.ThrowsExactly<InvalidOperationException>(() => RandomNetworks.Score(session, Images));

        Assert.AreEqual(0, driver.LiveObjects);
        Assert.IsInstanceOfType<CudaException>(first.InnerException);
        Assert.AreSame(first.InnerException, second.InnerException);
        Assert.Contains("failed before", second.Message);
        using var other = CudaSessionLab.OpenLeast(new FakeCudaDriver());
        Assert.HasCount(2 * other.Spec.NumClasses, RandomNetworks.Score(other, Images)); // the process goes on
    }

    [TestMethod]
    [DataRow(12080, 2, 1, DisplayName = "with graphs")]
    [DataRow(11030, 0, 0, DisplayName = "a driver without them")]
    public void Score_OneSizeThreeTimes_IsAGraphFromTheSecondOn(int version, int launched, int captured)
    {
        var driver = new FakeCudaDriver { Version = version };
        using var session = CudaSessionLab.OpenLeast(driver);

        for (int i = 0; i < 3; i++)
        {
            RandomNetworks.Score(session, Images);
        }

        Assert.AreEqual(launched, driver.CountOf("LaunchGraph"));
        Assert.AreEqual(captured, driver.CountOf("BeginCapture"));
    }

    [TestMethod]
    public void Score_OfMoreSizesThanGraphsAreKept_GoesCallByCall()
    {
        var driver = new FakeCudaDriver();
        using var session = CudaSessionLab.OpenLeast(driver);
        const int most = BatchGraphs.Limit + 3;
        float[] images = RandomNetworks.Images(session.Spec, most, seed: 3);

        // The largest first, so that the arena and its graphs stay.
        foreach (int count in Enumerable.Range(1, most).Reverse().SelectMany(count => new[] { count, count, count }))
        {
            RandomNetworks.Score(session, images[..(count * session.Spec.ImageDim)]);
        }

        Assert.AreEqual(BatchGraphs.Limit, driver.CountOf("BeginCapture"));
        Assert.AreEqual(2 * BatchGraphs.Limit, driver.CountOf("LaunchGraph"));
    }

    [TestMethod]
    public void Dispose_WhileABatchRuns_WaitsForIt()
    {
        using var running = new ManualResetEventSlim();
        using var goOn = new ManualResetEventSlim();
        var driver = new FakeCudaDriver();
        var session = CudaSessionLab.OpenLeast(driver);
        driver.OnSynchronize = () =>
        {
            running.Set();
            Assert.IsTrue(goOn.Wait(TimeSpan.FromSeconds(30)));
        };
        var scoring = new Thread(() => RandomNetworks.Score(session, Images));
        var disposing = new Thread(session.Dispose);
        scoring.Start();
        Assert.IsTrue(running.Wait(TimeSpan.FromSeconds(30)));
        disposing.Start();

        Assert.IsFalse(disposing.Join(100), "It did not wait.");
        Assert.IsGreaterThan(0, driver.LiveObjects);
        goOn.Set();
        Assert.IsTrue(scoring.Join(TimeSpan.FromSeconds(30)));
        Assert.IsTrue(disposing.Join(TimeSpan.FromSeconds(30)));
        Assert.AreEqual(0, driver.LiveObjects);
        Assert.ThrowsExactly<ObjectDisposedException>(() => RandomNetworks.Score(session, Images));
        session.Dispose();
    }

    /// <summary>The driver notes calls of two threads at once.</summary>
    [TestMethod]
    public void Score_FromManyThreads_TakesTurns()
    {
        var driver = new FakeCudaDriver();
        using (var session = CudaSessionLab.OpenLeast(driver))
        {
            Parallel.For(0, 32, _ => RandomNetworks.Score(session, Images));
        }

        Assert.AreEqual(31, driver.CountOf("LaunchGraph"));
        Assert.AreEqual(0, driver.LiveObjects);
    }

    [TestMethod]
    [DataRow(12, 1, 32, "heads of 12")]
    [DataRow(136, 1, 32, "heads of 136")]
    [DataRow(16, 1, 64, "1025")]
    public void Open_NetworkTheKernelsAreTooSmallFor_IsRefusedBeforeTheDriverIsAsked(int embedDim, int heads, int imageSize, string what)
    {
        var network = RandomNetworks.Sparse(RandomNetworks.Random(new ViTConfig(imageSize, 2, 1, embedDim, 1, heads, 16, 3), seed: 1));
        var driver = new FakeCudaDriver();

        var error = Assert.ThrowsExactly<NotSupportedException>(() => CudaSessionLab.Open(network, driver, NumberFormat.Float16));

        Assert.Contains(what, error.Message);
        Assert.IsEmpty(driver.Calls);
    }

    /// <summary>Heads of 128 features; 962 tokens, the most below 1,025 that a square of patches gives.</summary>
    [TestMethod]
    [DataRow(128, 1, 32)]
    [DataRow(16, 1, 62)]
    public void Open_NetworkAtTheLimits_IsTaken(int embedDim, int heads, int imageSize)
    {
        var network = RandomNetworks.Sparse(RandomNetworks.Random(new ViTConfig(imageSize, 2, 1, embedDim, 1, heads, 16, 3), seed: 1));

        using var session = CudaSessionLab.Open(network, new FakeCudaDriver(), NumberFormat.Float16);

        Assert.HasCount(3, RandomNetworks.Score(session, RandomNetworks.Images(network.Spec, 1, seed: 3)));
    }

    [TestMethod]
    public void Score_WrongLengths_IsRefusedAndTheSessionGoesOn()
    {
        using var session = CudaSessionLab.OpenLeast(new FakeCudaDriver());

        Assert.ThrowsExactly<ArgumentException>(() => session.Score(Images, 3, new float[9]));
        session.Score([], 0, []);

        Assert.HasCount(6, RandomNetworks.Score(session, Images));
    }

    /// <summary>Opens, scores call by call and as a graph, with a larger arena between, and gives all back.</summary>
    private static InvalidOperationException? Use(FakeCudaDriver driver, out int callsInUse)
    {
        int calls = 0;
        try
        {
            using var session = CudaSessionLab.OpenLeast(driver);
            RandomNetworks.Score(session, Images[..session.Spec.ImageDim]);
            RandomNetworks.Score(session, Images);
            RandomNetworks.Score(session, Images);
            calls = driver.Calls.Count;
            return null;
        }
        catch (InvalidOperationException error)
        {
            return error;
        }
        finally
        {
            callsInUse = calls;
        }
    }

    // These report errors of earlier work, which have been told where they were noticed.
    private static bool IsRelease(string call) =>
        call is "Free" or "FreePinned" or "UnloadModule" or "DestroyStream" or "DestroyGraph" or "ReleasePrimaryContext";
}
