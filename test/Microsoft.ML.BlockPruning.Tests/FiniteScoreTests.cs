using Microsoft.ML.BlockPruning.Calibration;
using Microsoft.ML.BlockPruning.Inference.Cpu;
using Microsoft.ML.BlockPruning.MlNet.Scoring;
using Microsoft.ML.BlockPruning.Models;
using Microsoft.ML.BlockPruning.Networks.Families;
using Microsoft.ML.BlockPruning.Runs;
using Microsoft.ML.Data;

namespace Microsoft.ML.BlockPruning.Tests;

/// <summary>A network whose logits are not finite says so by row, and never answers with a class.</summary>
[TestClass]
public sealed class FiniteScoreTests
{
    // Of images of 16x16 pixels in patches of 8x8, in the first channel.
    private static readonly int[] FirstOfPatches = [0, 8, 128, 136];

    private readonly MLContext _ml = new(seed: 1);

    [TestMethod]
    [DataRow("Score")]
    [DataRow("PredictedLabel")]
    public void ANetworkThatOverflows_HasNoAnswer_InADataView(string column)
    {
        using var transformer = Load();
        var scored = transformer.Transform(_ml.Data.LoadFromEnumerable(TestImages.EncodedRows(3)));

        var error = Assert.ThrowsExactly<ArithmeticException>(() =>
        {
            using var cursor = scored.GetRowCursor([scored.Schema[column]]);
            cursor.MoveNext();
        });

        StringAssert.Contains(error.Message, "Row 0 (from 0): the network's logits are not finite (class 0: NaN)");
    }

    [TestMethod]
    public void ANetworkThatOverflows_HasNoAnswer_InAPredictionEngine()
    {
        using var transformer = Load();
        using var engine = _ml.Model.CreatePredictionEngine<EncodedRow, ScoredRow>(
            transformer, new PredictionEngineOptions { OwnsTransformer = false });

        var error = Assert.ThrowsExactly<ArithmeticException>(() => engine.Predict(TestImages.EncodedRows(1)[0]));

        StringAssert.Contains(error.Message, "logits are not finite");
    }

    /// <summary>One image overflows: the rows before it, of the same batch too, have their scores.</summary>
    [TestMethod]
    public void AnImageThatOverflows_IsNamed_AndTheRowsBeforeItAreScored()
    {
        using var transformer = new SparseViTTransformer(_ml, new ScoringSettings("Image", "Score", "PredictedLabel", 4, 1), Sensitive());
        var rows = TestImages.PixelsRows(8);
        rows.ForEach(row => Array.ForEach(FirstOfPatches, pixel => row.Image[pixel] = 127.5f));
        var expected = TestData.Scores(transformer.Transform(_ml.Data.LoadFromEnumerable(rows)));
        rows[6].Image[FirstOfPatches[0]] = 255;
        var scored = transformer.Transform(_ml.Data.LoadFromEnumerable(rows));
        var found = new List<float[]>();

        var error = Assert.ThrowsExactly<ArithmeticException>(() =>
        {
            using var cursor = scored.GetRowCursor([scored.Schema["Score"]]);
            var getter = cursor.GetGetter<VBuffer<float>>(scored.Schema["Score"]);
            var score = default(VBuffer<float>);
            while (cursor.MoveNext())
            {
                getter(ref score);
                found.Add([.. score.DenseValues()]);
            }
        });

        StringAssert.Contains(error.Message, "Row 6 (from 0)");
        TestData.AssertSameBits(expected[..6], found);
    }

    [TestMethod]
    public void ADenseNetworkThatOverflows_IsNotFitted_EvenWhereAllIsKept()
    {
        using var subject = new FitSubject(weights => Array.Fill(weights.Head.Weight, 3e38f));
        subject.Options.Budget = PruneBudget.Flops(1);

        var error = Assert.ThrowsExactly<ArithmeticException>(() => subject.Fit(subject.Data(9)));

        StringAssert.Contains(error.Message, "Calibration image 0 (from 0), dense network: the network's logits are not finite");
    }

    [TestMethod]
    public void HeldOutImages_ThatOverflow_AreNamed()
    {
        var config = TestNetworks.Config();
        var images = new CalibrationSet(ViT.Of(config), Pixels(config, bad: 2), 3);
        using var session = new SparseViTSession(TestNetworks.Sparse(config), threads: 1);

        var error = Assert.ThrowsExactly<ArithmeticException>(() => HeldOutComparison.LogitsOf(session, images, () => { }));

        StringAssert.Contains(error.Message, "Held-out image 2 (from 0)");
    }

    // A weight without measure for the first pixel of each patch, which is zero where it is the mean.
    private static SparseViT Sensitive()
    {
        var config = TestNetworks.Config();
        var weights = TestNetworks.Weights(config);
        for (int i = 0; i < config.EmbedDim; i++)
        {
            weights.PatchEmbedding.Weight[i * config.PatchDim] = 3e38f;
        }

        return SparseViT.Create(weights, TestNetworks.Plan(config), TestNetworks.Preprocessing(), ["cat", "dog", "owl"]);
    }

    private static float[] Pixels(ViTConfig config, int bad)
    {
        float[] pixels = new float[3 * config.ImageDim];
        pixels[(bad * config.ImageDim) + 7] = 3e38f;
        return pixels;
    }

    private SparseViTTransformer Load() => _ml.Transforms.LoadSparseViT(TestCases.Path("models/weights-3e38.safetensors"));
}
