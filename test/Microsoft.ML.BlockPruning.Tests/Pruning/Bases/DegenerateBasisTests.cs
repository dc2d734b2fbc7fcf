using Microsoft.ML.BlockPruning.Calibration;
using Microsoft.ML.BlockPruning.Networks;
using Microsoft.ML.BlockPruning.Pruning.Bases;
using Microsoft.ML.BlockPruning.Runs;
using Microsoft.ML.BlockPruning.Sparsity;
using Microsoft.ML.BlockPruning.Tests.Inference;
using Microsoft.ML.BlockPruning.Tests.Torch;
using Microsoft.ML.BlockPruning.Torch;

namespace Microsoft.ML.BlockPruning.Tests.Pruning.Bases;

/// <summary>
/// Moments that are singular, weights without an inverse, zeros: a part is left as it came and a note says so, or it is exact.
/// </summary>
[TestClass]
public sealed class DegenerateBasisTests
{
    private const int Images = 24;

    [TestMethod]
    public void Change_OfAHeadOfZerosLeavesItAndSaysSo()
    {
        var dense = Dense();
        var qkv = dense.Layers[0].Qkv;
        Array.Clear(qkv.Weight, 0, 3 * qkv.InFeatures); // the queries of the first head of width 3
        Array.Clear(qkv.Bias, 0, 3);

        var changed = AssertComputesTheSame(dense, Calibration(dense), new BlockShape(6, 6)); // no block is all zeros

        Assert.Contains(note => note.Contains("queries and keys of head 0 of blocks.0", StringComparison.Ordinal), changed.Notes);
    }

    [TestMethod]
    public void Change_OfValuesThatNothingReadsLeavesThem()
    {
        var dense = Dense();
        Array.Clear(dense.Layers[1].Proj.Weight);

        var changed = AssertComputesTheSame(dense, Calibration(dense), new BlockShape(6, 6));

        Assert.Contains(note => note.Contains("blocks.1", StringComparison.Ordinal), changed.Notes);
    }

    [TestMethod]
    public void Change_OfQueriesOfRankOneIsExact()
    {
        var dense = Dense();
        var qkv = dense.Layers[0].Qkv;
        for (int row = 1; row < 3; row++)
        {
            for (int i = 0; i < qkv.InFeatures; i++)
            {
                qkv.Weight[(row * qkv.InFeatures) + i] = row * qkv.Weight[i];
            }

            qkv.Bias[row] = row * qkv.Bias[0];
        }

        AssertComputesTheSame(dense, Calibration(dense));
    }

    [TestMethod]
    public void Change_OfDeadUnitsIsExact()
    {
        var dense = Dense();
        Array.Fill(dense.Layers[0].Fc1.Bias, -100f);

        AssertComputesTheSame(dense, Calibration(dense));
    }

    /// <summary>Nothing tells what varies from image to image: pruned by that, networks did worse on others.</summary>
    [TestMethod]
    [DataRow(0f, Images)]
    [DataRow(1f, Images)]
    [DataRow(1f, 1)]
    public void Change_OnOneImageAloneOrManyTimesLeavesTheNetworkAndSaysSo(float pixel, int count)
    {
        var dense = Dense();
        float[] pixels = new float[count * dense.Spec.ImageDim];
        Array.Fill(pixels, pixel);
        var images = new CalibrationSet(dense.Spec, pixels, count);

        var changed = Change(dense, images, new BlockShape(3, 3));

        Assert.AreSame(dense, changed.Weights);
        StringAssert.Contains(changed.Notes.Single(), "all calibration images are the same");
        Assert.AreEqual(0, PruneMethods.BasisOf(PruneBasis.Full).StepsOf(dense, images));
    }

    /// <summary>Images of one colour each, of two in all: moments of low rank.</summary>
    [TestMethod]
    public void Change_OnConstantImagesIsExact()
    {
        var dense = Dense();
        float[] pixels = new float[Images * dense.Spec.ImageDim];
        Array.Fill(pixels, 1, 0, pixels.Length / 2);

        var changed = AssertComputesTheSame(dense, new CalibrationSet(dense.Spec, pixels, Images), other: Calibration(dense));

        Assert.AreNotSame(dense, changed.Weights);
    }

    [TestMethod]
    public void Change_OnTwoImagesIsExact()
    {
        var dense = Dense();

        AssertComputesTheSame(dense, RandomFamily.Calibration(dense.Spec, 2), other: Calibration(dense));
    }

    /// <summary>Blocks that a mask has made zero would be filled; what touches them stays.</summary>
    [TestMethod]
    public void Change_OfAFileWithZeroBlocksLeavesWhatTouchesThem()
    {
        var dense = Dense();
        var fc1 = dense.Layers[0].Fc1;
        for (int row = 0; row < 3; row++)
        {
            Array.Clear(fc1.Weight, row * fc1.InFeatures, 3);
        }

        var changed = AssertComputesTheSame(dense, Calibration(dense));

        CollectionAssert.AreEqual(fc1.Weight, changed.Weights.Layers[0].Fc1.Weight);
        Assert.Contains(note => note.Contains("hidden units of blocks.0", StringComparison.Ordinal)
            && note.Contains("the residual stream", StringComparison.Ordinal), changed.Notes);
    }

    [TestMethod]
    public void Change_GivesTheSameBitsForAnyNumberOfThreads()
    {
        var dense = Dense();
        LibTorch.EnsureLoaded();
        NetworkWeights one, two;
        using (new TorchThreads(1))
        {
            one = Change(dense, Calibration(dense), new BlockShape(3, 3)).Weights;
        }

        using (new TorchThreads(2))
        {
            two = Change(dense, Calibration(dense), new BlockShape(3, 3)).Weights;
        }

        foreach (var (first, second) in one.Tensors.Zip(two.Tensors))
        {
            CollectionAssert.AreEqual(first.Values, second.Values, first.Name);
        }
    }

    private static RebasedNetwork AssertComputesTheSame(
        NetworkWeights dense, CalibrationSet images, BlockShape? block = null, CalibrationSet? other = null)
    {
        var changed = Change(dense, images, block ?? new BlockShape(3, 3));
        var (before, after) = (new ReferenceNetwork(dense), new ReferenceNetwork(changed.Weights));
        for (int image = 0; image < 3; image++)
        {
            var pixels = (other ?? images).ImageAt(image);
            double[] expected = before.Logits(pixels), actual = after.Logits(pixels);
            for (int k = 0; k < expected.Length; k++)
            {
                Assert.AreEqual(expected[k], actual[k], 1e-5 * expected.Max(Math.Abs), $"image {image}, class {k}");
            }
        }

        return changed;
    }

    private static RebasedNetwork Change(NetworkWeights dense, CalibrationSet images, BlockShape block) =>
        PruneMethods.BasisOf(PruneBasis.Full).Change(dense, images, PrunableLayer.Of(dense, block), () => { });

    private static NetworkWeights Dense() => TinyNetwork.Weights(TinyNetwork.Config(), seed: 1);

    private static CalibrationSet Calibration(NetworkWeights dense) => RandomFamily.Calibration(dense.Spec, Images);
}
