using System.Diagnostics;
using Microsoft.ML.BlockPruning.Hosting;

namespace Microsoft.ML.BlockPruning.Tests.Hosting;

/// <summary>Whatever takes the place of the model's file, or hangs in it, the service says so, goes on, and ends when it is told.</summary>
[TestClass]
public sealed class ModelFileTests : IDisposable
{
    private readonly ServedFile _file = new();
    private readonly LogLines _log = new();
    private readonly ScoringMeter _meter = new(factory: null, model: null);

    public void Dispose()
    {
        _file.Dispose();
        _log.Dispose();
        _meter.Dispose();
    }

    [TestMethod]
    [OSCondition(OperatingSystems.Linux)]
    public async Task File_ThatBecomesSomethingElseIsSaid_AndTheOneAfterItIsTaken()
    {
        byte[] good = _file.Model(1);
        _file.Replace(good);
        using var file = FileOf();
        file.Start();
        Assert.IsNull(file.Failure);
        foreach (var (make, says) in new (Action<string>, string)[]
        {
            (other => Run("mkfifo", other), "it is a pipe"),
            (other => File.CreateSymbolicLink(other, "/dev/zero"), "it is a device"),
            (other => Run("truncate", "-s", "1T", other), "1099511627776 bytes, expected at most 4294967296"),
            (other => Run("mkdir", other), "it is a folder"),
        })
        {
            File.Delete(_file.Path);
            make(_file.Path);
            await ServedFile.UntilAsync(() => file.Failure?.Contains(says, StringComparison.Ordinal) == true);
            Assert.IsNotNull(file.Current);
            StringAssert.Contains(_log.Last, "stays in service");

            Run("rm", "-r", _file.Path);
            File.WriteAllBytes(_file.Path, good);
            await ServedFile.UntilAsync(() => file.Failure is null);
        }
    }

    [TestMethod]
    [OSCondition(OperatingSystems.Linux)]
    public void Start_OnAPipeEndsAtOnce_AndClaimsNoModelInService()
    {
        Run("mkfifo", _file.Path);
        using var file = FileOf();

        file.Start();

        StringAssert.Contains(file.Failure, "it is a pipe");
        Assert.IsNull(file.Current);
        Assert.IsNull(file.Rent());
        StringAssert.Contains(_log.Last, "there is none in service");
    }

    [TestMethod]
    [OSCondition(OperatingSystems.Linux)]
    public async Task LinkedFolder_ThatIsSwappedIsSeen()
    {
        // As Kubernetes mounts: model -> ..data/model, ..data -> a dated folder, swapped by a rename.
        byte[] good = _file.Model(1);
        Directory.CreateDirectory(_file["mount/..1"]);
        Directory.CreateDirectory(_file["mount/..2"]);
        File.WriteAllBytes(_file["mount/..1/m.zip"], good[..^1]);
        File.WriteAllBytes(_file["mount/..2/m.zip"], good);
        File.SetLastWriteTimeUtc(_file["mount/..2/m.zip"], File.GetLastWriteTimeUtc(_file["mount/..1/m.zip"]));
        File.CreateSymbolicLink(_file["mount/..data"], "..1");
        File.CreateSymbolicLink(_file["mount/m.zip"], "..data/m.zip");
        using var file = FileOf(path: _file["mount/m.zip"]);
        file.Start();
        Assert.IsNotNull(file.Failure);

        File.CreateSymbolicLink(_file["mount/..tmp"], "..2");
        Run("mv", "-T", _file["mount/..tmp"], _file["mount/..data"]);

        await ServedFile.UntilAsync(() => file.Failure is null);
        Assert.IsNotNull(file.Current);
    }

    [TestMethod]
    public async Task File_ThatIsNeverReadToItsEndIsGivenUp_AndNotTriedAgain()
    {
        byte[] good = _file.Model(1);
        _file.Replace(good);
        using var never = new ManualResetEventSlim();
        int tries = 0;
        using var file = FileOf(TimeSpan.FromSeconds(5), from => LoadUnlessShort(from, never, () => Interlocked.Increment(ref tries)));
        file.Start();
        Assert.IsNull(file.Failure);

        _file.Replace([1]); // as a file on a share that stops to answer
        await UntilFailureAsync(file, "not read within 5 s");
        Assert.IsNotNull(file.Current);
        _file.Replace(good);
        await ServedFile.UntilAsync(() => file.Failure is null);
        _file.Replace([1]);
        await UntilFailureAsync(file, "tried before");

        Assert.AreEqual(1, tries);
        Assert.IsNotNull(file.Current);
        never.Set();
    }

    [TestMethod]
    public async Task File_ThatHoldsWhatIsServedIsNotReadAgain_EvenWhereNothingMayBeRead()
    {
        byte[] good = _file.Model(1);
        _file.Replace(good);
        using var never = new ManualResetEventSlim();
        int tries = 0;
        using var file = FileOf(TimeSpan.FromSeconds(3), from => LoadUnlessShort(from, never, () => Interlocked.Increment(ref tries)));
        file.Start();
        Assert.IsNull(file.Failure);
        foreach (byte other in (byte[])[1, 2])
        {
            _file.Replace([other]);
            await ServedFile.UntilAsync(() => Volatile.Read(ref tries) == other
                && file.Failure?.Contains("not read within", StringComparison.Ordinal) == true);
        }

        _file.Replace([3]);
        await UntilFailureAsync(file, "is not tried");
        _file.Replace(good);
        await ServedFile.UntilAsync(() => file.Failure is null);

        Assert.AreEqual(2, tries);
        Assert.AreEqual(1, _log.Count("Serving the model"));
        never.Set();
    }

    [TestMethod]
    public async Task Load_ThatWasOnlySlowIsTakenWhenItEnds()
    {
        _file.Replace(_file.Model(1));
        using var slow = new ManualResetEventSlim();
        using var file = FileOf(TimeSpan.FromSeconds(3), from =>
        {
            slow.Wait();
            return new SharedModel(PrunedModel.Load(from));
        });
        file.Start();
        StringAssert.Contains(file.Failure, "not read within 3 s");
        Assert.IsNull(file.Current);

        slow.Set();

        await ServedFile.UntilAsync(() => file.Failure is null);
        Assert.IsNotNull(file.Current);
    }

    [TestMethod]
    public async Task Dispose_DoesNotWaitForALoad_AndFreesWhatItGives()
    {
        byte[] good = _file.Model(1);
        using var never = new ManualResetEventSlim();
        using var begun = new ManualResetEventSlim();
        SharedModel? late = null;
        var file = FileOf(TimeSpan.FromHours(1), from =>
        {
            begun.Set();
            never.Wait();
            return late = new SharedModel(PrunedModel.Load(from));
        });
        file.Start();
        _file.Replace(good);
        Assert.IsTrue(begun.Wait(ServedFile.Limit));

        await Task.Run(file.Dispose).WaitAsync(ServedFile.Limit);

        never.Set();
        await ServedFile.UntilAsync(() => late is not null && !TryRent(late));
    }

    [TestMethod]
    public void ReplacedModel_LivesUntilItsLastPredictionIsDone()
    {
        byte[] image = TestImages.Encoded(TestImages.Rgb(1));
        _file.Replace(_file.Model(1));
        var file = FileOf();
        file.Start();
        var rented = file.Rent()!;

        file.Dispose();

        Assert.IsNull(file.Rent());
        Assert.IsNotEmpty(rented.Model.Predict(image).PredictedLabel);
        rented.Return();
        Assert.ThrowsExactly<ObjectDisposedException>(() => rented.Model.Predict(image));
        Assert.IsFalse(rented.TryRent());
    }

    private static SharedModel LoadUnlessShort(string from, ManualResetEventSlim never, Action onShort)
    {
        if (new FileInfo(from).Length > 1)
        {
            return new SharedModel(PrunedModel.Load(from));
        }

        onShort();
        never.Wait();
        throw new InvalidDataException("ended");
    }

    private static bool TryRent(SharedModel model)
    {
        if (!model.TryRent())
        {
            return false;
        }

        model.Return();
        return true;
    }

    private static void Run(string program, params string[] arguments)
    {
        using var process = Process.Start(program, arguments);
        process.WaitForExit();
        Assert.AreEqual(0, process.ExitCode);
    }

    private static Task UntilFailureAsync(ModelFile file, string says) =>
        ServedFile.UntilAsync(() => file.Failure?.Contains(says, StringComparison.Ordinal) == true);

    private ModelFile FileOf(TimeSpan? loadLimit = null, Func<string, SharedModel>? load = null, string? path = null) => new(
        new PrunedModelServiceOptions
        {
            Path = path ?? _file.Path,
            LoadLimit = loadLimit ?? ServedFile.Limit,
            PollInterval = TimeSpan.FromMilliseconds(50),
        },
        new ModelFileLog(_log), _meter, load);
}
