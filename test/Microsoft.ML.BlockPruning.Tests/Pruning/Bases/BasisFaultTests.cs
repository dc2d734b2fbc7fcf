using Microsoft.ML.BlockPruning.Calibration;
using Microsoft.ML.BlockPruning.Networks;
using Microsoft.ML.BlockPruning.Pruning.Bases;
using Microsoft.ML.BlockPruning.Runs;
using Microsoft.ML.BlockPruning.Runs.Resuming;
using Microsoft.ML.BlockPruning.Sparsity;
using Microsoft.ML.BlockPruning.Tests.Checkpoints;
using Microsoft.ML.BlockPruning.Tests.Torch;
using Microsoft.ML.BlockPruning.Torch;

namespace Microsoft.ML.BlockPruning.Tests.Pruning.Bases;

/// <summary>Cancelled at any step of a basis, or without room to keep it: one exception, nothing left on disk or in memory.</summary>
[TestClass]
public sealed class BasisFaultTests
{
    private const int Images = 150; // three batches
    private static readonly Dictionary<string, string> Identity = new() { ["of"] = "a test" };

    public static IEnumerable<PruneBasis> Bases => [PruneBasis.Full, PruneBasis.UnitsAndHeads];

    /// <summary>As many steps as the pass and the changes report, whatever the number of images.</summary>
    [TestMethod]
    [DataRow(1)]
    [DataRow(64)]
    [DataRow(Images)]
    public void StepsOf_IsWhatChangeReports(int images)
    {
        var dense = Dense();
        var basis = PruneMethods.BasisOf(PruneBasis.Full);
        var calibration = RandomFamily.Calibration(dense.Spec, images);
        int reported = 0;

        basis.Change(dense, calibration, LayersOf(dense), () => reported++);

        Assert.AreEqual(basis.StepsOf(dense, calibration), reported);
    }

    /// <summary>To count steps takes no copy of the images.</summary>
    [TestMethod]
    public void StepsOf_CopiesNoImage()
    {
        var dense = Dense();
        var basis = PruneMethods.BasisOf(PruneBasis.Full);
        var calibration = RandomFamily.Calibration(dense.Spec, 4_000);
        basis.StepsOf(dense, calibration);
        long before = GC.GetAllocatedBytesForCurrentThread();

        basis.StepsOf(dense, calibration);

        Assert.IsLessThan(10_000, GC.GetAllocatedBytesForCurrentThread() - before); // the images are 256,000 bytes
    }

    [TestMethod]
    [DynamicData(nameof(Bases))]
    public void Change_CancelledAtAnyStepLeavesNothing(PruneBasis basis)
    {
        var dense = Dense();
        float[][] before = [.. dense.Tensors.Select(tensor => tensor.Values.ToArray())];
        var calibration = RandomFamily.Calibration(dense.Spec, Images);
        LibTorch.EnsureLoaded();
        int steps = PruneMethods.BasisOf(basis).StepsOf(dense, calibration);
        for (int last = 0; last < steps; last++)
        {
            using var folder = new TemporaryFolder();
            var guard = TensorLeakGuard.Start();
            var files = new StageFiles(folder["state"], Identity);
            var stored = new StoredBasis(PruneMethods.BasisOf(basis), files);
            int left = last;

            Assert.ThrowsExactly<OperationCanceledException>(() => stored.Change(dense, calibration, LayersOf(dense), () =>
            {
                if (left-- == 0)
                {
                    throw new OperationCanceledException();
                }
            }));

            guard.AssertNothingLeaked();
            Assert.IsEmpty(Directory.GetFileSystemEntries(folder["state"]), $"cancelled at step {last} of {steps}");
            foreach (var (tensor, values) in dense.Tensors.Zip(before))
            {
                CollectionAssert.AreEqual(values, tensor.Values, tensor.Name);
            }
        }
    }

    /// <summary>Something stands where the file would be: the fault names it, and a second try keeps what it finds.</summary>
    [TestMethod]
    public void Change_ThatCannotBeKeptNamesTheFile_AndIsKeptOnceItCan()
    {
        var dense = Dense();
        var calibration = RandomFamily.Calibration(dense.Spec, 20);
        using var folder = new TemporaryFolder();
        string path = Path.Combine(folder["state"], "prune-shot-0-basis.safetensors");
        var stored = new StoredBasis(PruneMethods.BasisOf(PruneBasis.Full), new StageFiles(folder["state"], Identity));
        Directory.CreateDirectory(path);

        var error = Assert.Throws<IOException>(() => stored.Change(dense, calibration, LayersOf(dense), () => { }));

        StringAssert.Contains(error.Message, path);
        CollectionAssert.AreEqual(new[] { path }, Directory.GetFileSystemEntries(folder["state"]));
        Directory.Delete(path);
        var first = stored.Change(dense, calibration, LayersOf(dense), () => { });
        var again = new StoredBasis(new Unasked(), new StageFiles(folder["state"], Identity))
            .Change(dense, calibration, LayersOf(dense), () => { });
        CollectionAssert.AreEqual(first.Notes.ToArray(), again.Notes.ToArray());
        foreach (var (one, other) in first.Weights.Tensors.Zip(again.Weights.Tensors))
        {
            CollectionAssert.AreEqual(one.Values, other.Values, one.Name);
        }
    }

    /// <summary>Somebody has removed the basis: what was rated and fitted in it would not fit another machine's.</summary>
    [TestMethod]
    public void Change_ThatIsMadeAnewForgetsWhatWasFoundInTheOldOne()
    {
        var dense = Dense();
        using var folder = new TemporaryFolder();
        var files = new StageFiles(folder["state"], Identity);
        files.BeginShot();
        files.Keep(StageFiles.Ratings, file => file.Add("importances", new float[] { 1 }));
        var stored = new StoredBasis(PruneMethods.BasisOf(PruneBasis.Full), new StageFiles(folder["state"], Identity));

        stored.Change(dense, RandomFamily.Calibration(dense.Spec, 20), LayersOf(dense), () => { });

        CollectionAssert.AreEqual(
            new[] { Path.Combine(folder["state"], "prune-shot-0-basis.safetensors") }, Directory.GetFileSystemEntries(folder["state"]));
    }

    private static NetworkWeights Dense() => TinyNetwork.Weights(TinyNetwork.Config(), seed: 1);

    private static IReadOnlyList<PrunableLayer> LayersOf(NetworkWeights dense) => PrunableLayer.Of(dense, new BlockShape(3, 3));

    private sealed class Unasked : INetworkBasis
    {
        public int StepsOf(NetworkWeights dense, CalibrationSet calibration) => 0;

        public RebasedNetwork Change(
            NetworkWeights dense, CalibrationSet calibration, IReadOnlyList<PrunableLayer> layers, Action onStep) =>
            throw new AssertFailedException("It was not kept.");
    }
}
