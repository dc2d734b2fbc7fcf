using Microsoft.ML.BlockPruning.FineTuning;
using Microsoft.ML.BlockPruning.Networks;
using Microsoft.ML.BlockPruning.Optimization;
using Microsoft.ML.BlockPruning.Tests.Checkpoints;
using Microsoft.ML.BlockPruning.Tests.Torch;

namespace Microsoft.ML.BlockPruning.Tests.FineTuning;

[TestClass]
public sealed class FineTuneStateTests : IDisposable
{
    private readonly FineTuneSubject _subject = new();
    private readonly TemporaryFolder _folder = new();
    private TensorLeakGuard _guard = null!;

    private string Path => _folder["state.safetensors"];

    [TestInitialize]
    public void StartGuard() => _guard = TensorLeakGuard.Start();

    [TestCleanup]
    public void CheckGuard() => _guard.AssertNothingLeaked();

    public void Dispose() => _folder.Dispose();

    [TestMethod]
    [DataRow(FineTunePrecision.Full, 4, null)] // at the end of an epoch
    [DataRow(FineTunePrecision.Full, 7, 3)] // in the middle of one; the last state is of step six
    [DataRow(FineTunePrecision.Mixed, 7, 1)]
    public void Run_GoesOnWhereItStoppedBitForBit(FineTunePrecision precision, int stopAt, int? every)
    {
        var options = Options(precision, every);
        options.CheckpointPath = null;
        var unbroken = _subject.Run(options);
        options.CheckpointPath = Path;
        Stop(options, stopAt);
        int first = 0;

        var resumed = _subject.Run(options, step => first = first == 0 ? step.Step : first);

        Assert.AreEqual(((every is { } steps) ? stopAt / steps * steps : 4) + 1, first);
        FineTuneSubject.AssertSame(unbroken, resumed);
        CollectionAssert.AreEqual(new[] { "state.safetensors" }, _folder.Names.ToArray());
    }

    [TestMethod]
    public void Run_ReturnsTheResultOfAFinishedTrainingAtOnce()
    {
        var finished = _subject.Run(Options());

        FineTuneSubject.AssertSame(finished, _subject.Run(Options(), _ => Assert.Fail("no step may run")));
    }

    [TestMethod]
    public void Run_NamesTheOptionThatDiffersFromTheCheckpoints()
    {
        Stop(Options(), 4);
        var options = Options();
        options.LearningRate = 0.125;

        AssertRefuses("LearningRate is 0.0003 there, but 0.125 in this training", () => _subject.Run(options));
    }

    [TestMethod]
    public void Run_NamesTheNetworkThatDiffersFromTheCheckpoints()
    {
        Stop(Options(), 4);
        _subject.Dense.Head.Bias[0] += 1;

        AssertRefuses("dense network is", () => _subject.Run(Options()));
    }

    [TestMethod]
    public void Run_NamesThePlanThatDiffersFromTheCheckpoints()
    {
        Stop(Options(), 4);
        _subject.Plan["blocks.0.mlp.fc1"]![0, 1] = false;

        AssertRefuses("sparsity plan is", () => _subject.Run(Options()));
    }

    [TestMethod]
    public void Run_RefusesACheckpointWithADamagedValue()
    {
        Stop(Options(), 4);
        byte[] content = File.ReadAllBytes(Path);
        content[^5] ^= 1;
        File.WriteAllBytes(Path, content);

        AssertRefuses("SHA-256", () => _subject.Run(Options()));
    }

    [TestMethod]
    public void Run_RefusesACheckpointWhoseStepsWereChanged()
    {
        Stop(Options(), 4);
        byte[] content = File.ReadAllBytes(Path);
        int place = content.AsSpan().IndexOf("\"steps\":\""u8) + "\"steps\":\"".Length;
        content[place] ^= 1; // another digit
        File.WriteAllBytes(Path, content);

        AssertRefuses("SHA-256", () => _subject.Run(Options()));
    }

    [TestMethod]
    public void Run_OfMoreStepsThanCanBeCounted_IsRefused()
    {
        var options = Options();
        options.Epochs = int.MaxValue;

        var error = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => _subject.Run(options));

        StringAssert.Contains(error.Message, "FineTuneOptions.Epochs = 2147483647 make ");
    }

    [TestMethod]
    public void Run_RefusesACheckpointThatIsCutOff()
    {
        Stop(Options(), 4);
        File.WriteAllBytes(Path, File.ReadAllBytes(Path)[..^100]);

        AssertRefuses(Path, () => _subject.Run(Options()));
    }

    [TestMethod]
    public void Run_RefusesACheckpointThatIsSomethingElse()
    {
        File.WriteAllText(Path, "not a checkpoint");

        AssertRefuses(Path, () => _subject.Run(Options()));
    }

    [TestMethod]
    public void Run_AsksForTheCheckpointsFolderBeforeItTrains()
    {
        var options = Options();
        options.CheckpointPath = System.IO.Path.Combine(_folder["missing"], "state.safetensors");

        var error = Assert.ThrowsExactly<DirectoryNotFoundException>(() => _subject.Run(options, _ => Assert.Fail("no step may run")));

        StringAssert.Contains(error.Message, "missing");
    }

    private static void AssertRefuses(string reason, Func<NetworkWeights> run) =>
        StringAssert.Contains(Assert.ThrowsExactly<InvalidDataException>(() => run()).Message, reason);

    private void Stop(FineTuneOptions options, int step) => Assert.ThrowsExactly<OperationCanceledException>(
        () => _subject.Run(options, report =>
        {
            if (report.Step == step)
            {
                throw new OperationCanceledException();
            }
        }));

    private FineTuneOptions Options(FineTunePrecision precision = FineTunePrecision.Full, int? every = null)
    {
        var options = FineTuneSubject.Options();
        options.CheckpointPath = Path;
        options.Precision = precision;
        options.CheckpointSteps = every;
        return options;
    }
}
