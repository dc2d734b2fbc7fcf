using System.Text;
using Microsoft.ML.BlockPruning.Checkpoints;
using Microsoft.ML.BlockPruning.Pruning;
using Microsoft.ML.BlockPruning.Sparsity;

namespace Microsoft.ML.BlockPruning.Tests.Runs.Resuming;

/// <summary>Folders that a pruning must not go on from, each with the message that says why.</summary>
[TestClass]
public sealed class CheckpointDamageTests : IDisposable
{
    private readonly CheckpointSubject _subject = new();

    public static IEnumerable<(string Part, Action<BlockPruneEstimator.Options> Change)> OtherOptions =>
    [
        ("Budget is MultiplyAdds 0.6 there, but MultiplyAdds 0.61 in this run", options => options.Budget = PruneBudget.Flops(0.61)),
        ("Criterion is ObsPath there, but BlockFisher in this run", options => options.Criterion = PruneCriterion.BlockFisher),
        ("Basis is Full there, but Original in this run", options => options.Basis = PruneBasis.Original),
        ("Allocation is Global there, but Uniform in this run", options => options.Allocation = PruneAllocation.Uniform),
        ("Refit is Reconstruction there, but Feedback in this run", options => options.Refit = PruneRefit.Feedback),
        ("Shots is 2 there, but 3 in this run", options => options.Shots = 3),
        ("Block is 4x4 there, but 8x8 in this run", options => options.Block = new BlockShape(8, 8)),
        ("LayerFloor is 0 there, but 0.125 in this run", options => options.LayerFloor = 0.125),
        ("LayersToKeepDense is  there, but blocks.0.attn.proj in this run", options => options.LayersToKeepDense = ["blocks.0.attn.proj"]),
        ("CalibrationLabels is Sampled there, but Column in this run", options => options.CalibrationLabels = CalibrationLabels.Column),
    ];

    public void Dispose() => _subject.Dispose();

    [TestMethod]
    [DynamicData(nameof(OtherOptions))]
    public void Fit_RefusesAStateOfOtherOptionsBeforeAnImageIsRead(string part, Action<BlockPruneEstimator.Options> change)
    {
        CheckpointSubject.Stop(Options(), PruneStage.Refitting, after: 1);
        var options = Options();
        change(options);
        options.Progress = new CheckpointSubject.Reporter(_ => Assert.Fail("work began"));

        AssertRefuses(options, part, "Prune the same network with the same options and images, name another CheckpointFolder");
    }

    [TestMethod]
    public void Fit_RefusesAStateOfAnotherNetwork()
    {
        CheckpointSubject.Stop(Options(), PruneStage.Refitting, after: 1);
        _subject.Weights.Tensors[^1].Values[0] += 1;
        ViTCheckpoint.Save(_subject.Weights, _subject.ModelPath);

        AssertRefuses(Options(), "dense network is ", "in this run");
    }

    [TestMethod]
    public void Fit_RefusesAStateOfOtherImages()
    {
        CheckpointSubject.Stop(Options(), PruneStage.Refitting, after: 1);

        var error = Assert.ThrowsExactly<InvalidDataException>(() => CheckpointSubject.Fit(Options(), images: 41));

        StringAssert.Contains(error.Message, "calibration images is ");
    }

    [TestMethod]
    [DataRow("shot-0-basis")]
    [DataRow("shot-1-choice")]
    [DataRow("shot-1-layer-00")]
    public void Fit_RefusesAFileWithAChangedValueAndDoesItsStageAnewOnceItIsGone(string stage)
    {
        using var undisturbed = CheckpointSubject.Fit(_subject.Options());
        CheckpointSubject.Stop(Options(), PruneStage.Refitting, after: 60);
        string path = Path.Combine(_subject.Folder, $"prune-{stage}.safetensors");
        byte[] content = File.ReadAllBytes(path);
        content[^3] ^= 1;
        File.WriteAllBytes(path, content);

        AssertRefuses(Options(), "SHA-256", $"Delete 'prune-{stage}.safetensors' to do that stage anew.");

        File.Delete(path);
        using var resumed = CheckpointSubject.Fit(Options());
        Assert.AreEqual(CheckpointSubject.Result(undisturbed), CheckpointSubject.Result(resumed));
    }

    [TestMethod]
    public void Fit_RefusesAFileThatIsCutOff()
    {
        CheckpointSubject.Stop(Options(), PruneStage.Refitting, after: 1);
        string path = Path.Combine(_subject.Folder, _subject.Files[0]);
        File.WriteAllBytes(path, File.ReadAllBytes(path)[..^100]);

        AssertRefuses(Options(), path, "The file is cut off", "to do that stage anew");
    }

    [TestMethod]
    public void Fit_RefusesAFileOfSomethingElse()
    {
        Directory.CreateDirectory(_subject.Folder);
        File.WriteAllText(Path.Combine(_subject.Folder, "prune-shot-1-choice.safetensors"), "not a state");

        AssertRefuses(Options(), "prune-shot-1-choice.safetensors", "to do that stage anew");
    }

    [TestMethod]
    public void Fit_RefusesAFileOfALaterVersion()
    {
        CheckpointSubject.Stop(Options(), PruneStage.Refitting, after: 1);
        string path = Path.Combine(_subject.Folder, _subject.Files[0]);
        byte[] content = File.ReadAllBytes(path);
        byte[] version = Encoding.UTF8.GetBytes("\"pruning state version\":\"");
        content[content.AsSpan().IndexOf(version) + version.Length]++;
        File.WriteAllBytes(path, content);

        AssertRefuses(Options(), "pruning state version is 2 there, but 1 in this run");
    }

    [TestMethod]
    public void Fit_RefusesAFolderThatIsAFile()
    {
        File.WriteAllText(_subject.Folder, "");

        var error = Assert.ThrowsExactly<IOException>(() => CheckpointSubject.Fit(Options()));

        StringAssert.Contains(error.Message, "is a file, expected a folder");
    }

    [TestMethod]
    public void Options_RefuseAFolderWithoutAName()
    {
        var options = Options();
        options.CheckpointFolder = " ";

        var error = Assert.ThrowsExactly<ArgumentException>(() => CheckpointSubject.Fit(options));

        StringAssert.Contains(error.Message, "CheckpointFolder");
    }

    private BlockPruneEstimator.Options Options()
    {
        var options = _subject.Options();
        options.CheckpointFolder = _subject.Folder;
        return options;
    }

    private static void AssertRefuses(BlockPruneEstimator.Options options, params string[] parts)
    {
        var error = Assert.ThrowsExactly<InvalidDataException>(() => CheckpointSubject.Fit(options));
        foreach (string part in parts)
        {
            StringAssert.Contains(error.Message, part);
        }
    }
}
