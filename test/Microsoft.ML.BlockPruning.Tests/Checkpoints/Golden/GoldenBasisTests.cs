using Microsoft.ML.BlockPruning.Calibration;
using Microsoft.ML.BlockPruning.Checkpoints;
using Microsoft.ML.BlockPruning.Networks;
using Microsoft.ML.BlockPruning.Runs;
using Microsoft.ML.BlockPruning.Sparsity;
using Microsoft.ML.BlockPruning.Tests.Inference;
using Microsoft.ML.BlockPruning.Tests.Pruning;

namespace Microsoft.ML.BlockPruning.Tests.Checkpoints.Golden;

/// <summary>Every network that is read, in another basis: the logits stay, here and in the checkpoint written back.</summary>
[TestClass]
public sealed class GoldenBasisTests
{
    private const double Allowed = 1e-5; // of the largest logit

    // Not read at all.
    private static readonly string[] Refused = ["hf4_dinov2_swiglu", "timm_qk_norm", "tv_swin_padded"];

    // Their checkpoints have no place for a bias of queries, keys and values, or for positions that were resampled and turned.
    private static readonly string[] NotWrittenBack =
        ["timm_gap", "timm_miil", "hf4_dinov2", "hf5_dinov2", "hf4_dinov2_reg", "fb_dinov2_lc"];

    // A norm writes their first stream, and no matrix takes up its scale.
    private static readonly string[] NotTurned =
        ["timm_clip", "timm_clip_quickgelu", "timm_clip_eps", "hf4_clip", "timm_swin", "ms_swin", "hf4_swin", "hf5_swin", "tv_swin"];

    public static IEnumerable<string> Names => GoldenFiles.Networks.Keys.Except(Refused);

    [TestMethod]
    [DynamicData(nameof(Names))]
    public void Change_OfANetworkLeavesItsLogits_AndThoseOfTheFileWrittenBack(string name)
    {
        var golden = GoldenFiles.Networks[name];
        using var folder = new TemporaryFolder();
        using var checkpoint = Open(golden.ModelPath, golden);
        var dense = checkpoint.ReadWeights();
        var images = RandomFamily.Calibration(dense.Spec, 12);

        var changed = PruneMethods.BasisOf(PruneBasis.Full).Change(
            dense, images, PrunableLayer.Of(dense, new BlockShape(4, 4)), () => { });

        AssertSame(dense, changed.Weights, images);
        Assert.AreNotSame(dense, changed.Weights);
        Assert.AreEqual(
            NotTurned.Contains(name),
            changed.Notes.Any(note => note.Contains("the residual stream: a norm whose scale", StringComparison.Ordinal)));
        string path = folder["model.safetensors"];
        CopyConfiguration(golden, folder);
        if (NotWrittenBack.Contains(name))
        {
            var error = Assert.ThrowsExactly<NotSupportedException>(() => checkpoint.Rewrite(changed.Weights));
            StringAssert.Contains(error.Message, "Save the network under timm's names");
            return;
        }

        using (var file = File.Create(path))
        {
            checkpoint.Rewrite(changed.Weights).Write(file);
        }

        using var again = Open(path, golden);
        AssertSame(dense, again.ReadWeights(), images);
    }

    private static Checkpoint Open(string path, GoldenNetwork golden) => Checkpoint.Open(path, golden.Options);

    private static void AssertSame(NetworkWeights dense, NetworkWeights changed, CalibrationSet images)
    {
        var (before, after) = (new ReferenceNetwork(dense), new ReferenceNetwork(changed));
        for (int image = 0; image < 3; image++)
        {
            double[] expected = before.Logits(images.ImageAt(image)), actual = after.Logits(images.ImageAt(image));
            double deviation = expected.Zip(actual, (one, other) => Math.Abs(one - other)).Max();
            Assert.IsLessThanOrEqualTo(Allowed * expected.Max(Math.Abs), deviation, $"image {image}");
        }
    }

    // What says more than the tensors lies beside them.
    private static void CopyConfiguration(GoldenNetwork golden, TemporaryFolder folder)
    {
        string from = Directory.Exists(golden.ModelPath) ? golden.ModelPath : Path.GetDirectoryName(golden.ModelPath)!;
        foreach (string path in Directory.EnumerateFiles(from, "*config.json", SearchOption.AllDirectories))
        {
            File.Copy(path, folder[Path.GetFileName(path)]);
        }
    }
}
