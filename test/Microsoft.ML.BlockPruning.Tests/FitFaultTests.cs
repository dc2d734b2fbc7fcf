using Microsoft.ML.BlockPruning.FineTuning;
using Microsoft.ML.BlockPruning.Pruning;
using Microsoft.ML.BlockPruning.Tests.Checkpoints;

namespace Microsoft.ML.BlockPruning.Tests;

/// <summary>Faults that the rooms find, seen from <c>Fit</c>: one exception that names what and where, as early as can be.</summary>
[TestClass]
public sealed class FitFaultTests
{
    private static readonly Dictionary<string, (Action<EditableCheckpoint> Spoil, string[] Says)> ModelFaults = new()
    {
        ["missing tensor"] = (c => c.Remove("blocks.1.attn.proj.weight"), ["'blocks.1.attn.proj.weight'", "missing"]),
        ["misshapen tensor"] = (c => c.Reshape("blocks.1.mlp.fc1.weight", [16, 32]), ["'blocks.1.mlp.fc1.weight'", "[16, 32]", "[32, 16]"]),
        ["unknown architecture"] = (
            c => c.Rename(name => name.Replace("blocks.", "stages.", StringComparison.Ordinal)),
            ["'stages.0.norm1.weight'", "ViT or DeiT"]),
        ["NaN in a weight"] = (c => c.Set("blocks.1.mlp.fc2.bias", 3, float.NaN), ["'blocks.1.mlp.fc2.bias'", "NaN", "element 3"]),
    };

    public static IEnumerable<string> ModelFaultNames => ModelFaults.Keys;

    [TestMethod]
    [DynamicData(nameof(ModelFaultNames))]
    public void Model_ThatIsFaulty_IsRefusedBeforeAnImageIsRead(string fault)
    {
        using var subject = new FitSubject();
        var checkpoint = new EditableCheckpoint(subject.Weights);
        checkpoint.Metadata["num_heads"] = "2";
        ModelFaults[fault].Spoil(checkpoint);
        checkpoint.Write(subject.Options.ModelPath);
        subject.Options.LabelColumnName = null;
        var rows = TestImages.PixelsRows(9).Where(_ => throw new NotSupportedException("an image was read"));

        var error = Assert.ThrowsExactly<InvalidDataException>(() => subject.Fit(subject.Ml.Data.LoadFromEnumerable(rows)));

        foreach (string part in ModelFaults[fault].Says)
        {
            StringAssert.Contains(error.Message, part);
        }
    }

    [TestMethod]
    [DataRow(PruneCriterion.ObsPath)]
    [DataRow(PruneCriterion.Magnitude)]
    [DataRow(PruneCriterion.BlockFisher)]
    [DataRow(PruneCriterion.Mfac)]
    public void Gradient_ThatIsNotFinite_NamesTheLayer(PruneCriterion criterion)
    {
        using var subject = new FitSubject(weights =>
        {
            // Logits of zero whose gradient is 1e38 (p − y): the stream behind the norm is (1, −1, 0 …), the first class reads its sum.
            Array.Fill(weights.Norm.Scale, 1e-10f);
            Array.Clear(weights.Norm.Offset);
            (weights.Norm.Offset[0], weights.Norm.Offset[1]) = (1, -1);
            Array.Clear(weights.Head.Weight);
            Array.Clear(weights.Head.Bias);
            (weights.Head.Weight[0], weights.Head.Weight[1]) = (1e38f, 1e38f);
        });
        subject.Options.Criterion = criterion;
        subject.Options.Basis = PruneBasis.Original; // another one puts scale and offset into the head, whose gradient is then finite

        var error = Assert.ThrowsExactly<ArithmeticException>(() => subject.Fit(subject.Data(9)));

        StringAssert.Contains(error.Message, "The loss gradient at the output of 'blocks.");
    }

    [TestMethod]
    public void Network_ThatOverflows_NamesTheLayer()
    {
        using var subject = new FitSubject(weights => Array.Fill(weights.PatchEmbedding.Weight, 3e38f)); // finite each by itself

        var error = Assert.ThrowsExactly<ArithmeticException>(() => subject.Fit(subject.Data(9)));

        StringAssert.Contains(error.Message, "The inputs of 'blocks.0.attn.qkv' are not finite");
    }

    /// <summary>Inputs of 1e20 that weights of 1e-20 take back: activations and gradients are finite, squares of inputs are not.</summary>
    [TestMethod]
    [DataRow(PruneCriterion.ObsPath, PruneRefit.Reconstruction, PruneBasis.Original)]
    [DataRow(PruneCriterion.ObsPath, PruneRefit.Reconstruction, PruneBasis.Full)]
    [DataRow(PruneCriterion.Magnitude, PruneRefit.Feedback, PruneBasis.Original)]
    [DataRow(PruneCriterion.Magnitude, PruneRefit.LayerByLayer, PruneBasis.Original)]
    public void SecondMoments_ThatOverflow_NameTheLayer(PruneCriterion criterion, PruneRefit refit, PruneBasis basis)
    {
        using var subject = new FitSubject(weights =>
        {
            var linears = weights.PrunableLayers.ToDictionary(linear => linear.Name);
            Array.Fill(linears["blocks.1.mlp.fc1"].Weight, 1e20f);
            Array.Fill(linears["blocks.1.mlp.fc2"].Weight, 1e-20f);
        });
        subject.Options.Criterion = criterion;
        subject.Options.Refit = refit;
        subject.Options.Basis = basis;

        var error = Assert.ThrowsExactly<ArithmeticException>(() => subject.Fit(subject.Data(9)));

        StringAssert.Contains(error.Message, "'blocks.1.mlp.fc2' are not finite");
    }

    /// <summary>The same of a head's values, which proj takes back: a basis balances their moments before any layer is rated.</summary>
    [TestMethod]
    [DataRow(PruneBasis.Original, "'blocks.1.attn.proj' are not finite")]
    [DataRow(PruneBasis.Full, "'blocks.1.attn")]
    public void MomentsOfHeads_ThatOverflow_NameThem(PruneBasis basis, string says)
    {
        using var subject = new FitSubject(weights =>
        {
            var linears = weights.PrunableLayers.ToDictionary(linear => linear.Name);
            float[] qkv = linears["blocks.1.attn.qkv"].Weight;
            qkv.AsSpan(qkv.Length * 2 / 3).Fill(1e20f);
            Array.Fill(linears["blocks.1.attn.proj"].Weight, 1e-20f);
        });
        subject.Options.Basis = basis;

        var error = Assert.ThrowsExactly<ArithmeticException>(() => subject.Fit(subject.Data(9)));

        StringAssert.Contains(error.Message, says);
        StringAssert.Contains(error.Message, "Second moments");
    }

    [TestMethod]
    public void Labels_OutsideTheClasses_NameTheImage()
    {
        using var subject = new FitSubject();
        subject.Options.CalibrationLabels = CalibrationLabels.Column;
        var calibration = Assert.ThrowsExactly<ArgumentException>(() => subject.Fit(new FixedLabelDataView(subject.Data(9), key: 9)));
        subject.Options.CalibrationLabels = CalibrationLabels.Sampled;
        subject.Options.ValidationSet = new FixedLabelDataView(subject.Data(9), key: 9);
        var heldOut = Assert.ThrowsExactly<ArgumentException>(() => subject.Fit(subject.Data(9)));

        StringAssert.Contains(calibration.Message, "image 0 has the label 8; the network's classes are 0 to 2");
        StringAssert.Contains(heldOut.Message, "image 0 has the label 8; the network's classes are 0 to 2");
    }

    [TestMethod]
    public void FineTuningState_ThatCannotBeUsed_IsRefusedBeforeAnyWork()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder["damaged"], [1, 2, 3]);
        using var other = new FitSubject();
        Directory.CreateDirectory(folder["folder"]);
        File.Copy(other.Options.ModelPath, folder["a network"]);

        StringAssert.Contains(Refusal<InvalidDataException>(folder["damaged"]), "damaged");
        StringAssert.Contains(Refusal<InvalidDataException>(folder["a network"]), "Fine-tuning cannot go on");
        StringAssert.Contains(Refusal<InvalidDataException>(folder["folder"]), "it is a folder");
        StringAssert.Contains(Refusal<DirectoryNotFoundException>(Path.Combine(folder["absent"], "state")), "absent");
        CollectionAssert.AreEquivalent(new[] { "damaged", "folder", "a network" }, folder.Names.ToArray());
    }

    [TestMethod]
    public void ModelFile_ThatIsCutOff_IsNoModel()
    {
        var ml = new MLContext(seed: 1);
        using var folder = new TemporaryFolder();
        using var transformer = TestNetworks.Transformer(ml);
        ml.Model.Save(transformer, null, folder["model.zip"]);
        byte[] file = File.ReadAllBytes(folder["model.zip"]);

        foreach (int length in new[] { 0, 100, file.Length / 2, file.Length - 1 })
        {
            File.WriteAllBytes(folder["model.zip"], file[..length]);

            Assert.Throws<Exception>(() => ml.Model.Load(folder["model.zip"], out _), $"{length} of {file.Length} bytes were a model");
        }
    }

    [TestMethod]
    public void Importances_ThatAreAllEqualEverywhere_AreNotedByEveryLayer()
    {
        // So sure of one class that float32 has no gradient left.
        using var subject = new FitSubject(weights => weights.Head.Bias[1] = 1000);
        subject.Options.Criterion = PruneCriterion.ObsPath;

        using var transformer = subject.Fit(subject.Data(24));

        var scores = TestData.Scores(transformer.Transform(subject.Data(9)));
        Assert.IsTrue(scores.All(row => row.All(float.IsFinite)));
        string note = transformer.Report!.Notes.Single(note => note.Contains("equally important", StringComparison.Ordinal));
        foreach (var layer in subject.Weights.Spec.PrunableLinears)
        {
            StringAssert.Contains(note, layer.Name);
        }
    }

    [TestMethod]
    public void Gates_WithoutAnyGradient_AreRefusedByMfac_AsMlNetDoes()
    {
        using var subject = new FitSubject(weights => weights.Head.Bias[1] = 1000);
        subject.Options.Criterion = PruneCriterion.Mfac;

        var error = Assert.ThrowsExactly<ArgumentException>(() => subject.Fit(subject.Data(24)));

        StringAssert.Contains(error.Message, "All gate gradients are zero");
        Assert.IsTrue(error.Data.Contains("ML_IsMarked"), "ML.NET does not know the exception as its own");
    }

    private static string Refusal<T>(string path)
        where T : Exception
    {
        using var subject = new FitSubject();
        subject.Options.FineTuning = new FineTuneOptions { Epochs = 1, BatchSize = 8, CheckpointPath = path };
        subject.Options.Progress = new Reporter(_ => Assert.Fail("work began"));
        return Assert.ThrowsExactly<T>(() => subject.Fit(subject.Data(24))).Message;
    }

    /// <summary>Reports at once, on the thread that prunes.</summary>
    private sealed class Reporter(Action<PruneProgress> report) : IProgress<PruneProgress>
    {
        public void Report(PruneProgress value) => report(value);
    }
}
