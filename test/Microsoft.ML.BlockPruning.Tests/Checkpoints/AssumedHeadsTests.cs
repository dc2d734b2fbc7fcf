using Microsoft.ML.BlockPruning.Checkpoints;
using Microsoft.ML.BlockPruning.Checkpoints.Containers.Safetensors;
using Microsoft.ML.BlockPruning.Inference.Cpu;
using Microsoft.ML.BlockPruning.Networks;
using Microsoft.ML.BlockPruning.Networks.Families;
using Microsoft.ML.BlockPruning.Reporting;

namespace Microsoft.ML.BlockPruning.Tests.Checkpoints;

/// <summary>Tensors do not tell the number of heads: what is assumed is right for the networks that are known, and always noted.</summary>
[TestClass]
public sealed class AssumedHeadsTests
{
    [TestMethod]
    [DataRow(64, 1)]
    [DataRow(192, 3)] // DeiT-Ti, S, B, ViT-L
    [DataRow(384, 6)]
    [DataRow(768, 12)]
    [DataRow(1024, 16)]
    [DataRow(1152, 16)] // so400m: 72 features a head
    [DataRow(1280, 16)] // huge: 80
    [DataRow(1408, 16)] // giant: 88
    [DataRow(1664, 16)] // gigantic: 104
    public void Heads_OfTheWidthsThatAreKnown(int embedDim, int heads)
    {
        using var folder = new TemporaryFolder();
        var weights = new NetworkWeights(ViT.Of(new ViTConfig(4, 4, 1, embedDim, 1, 1, mlpDim: 2, numClasses: 2)));
        new EditableCheckpoint(weights).Write(folder["model"]);

        var loaded = ViTCheckpoint.Load(folder["model"]);

        Assert.AreEqual(heads, loaded.Config.NumHeads);
        StringAssert.Contains(loaded.Notes[0], $"Nothing says the number of heads: {heads} heads of {embedDim / heads} features are taken");
        StringAssert.Contains(string.Join('\n', loaded.Notes), "Nothing says the epsilon of LayerNorm: 1E-06 is taken");
    }

    [TestMethod]
    public void Heads_ThatAreSaid_AreNoted_WhereTheFilesOwnGoBefore()
    {
        using var folder = new TemporaryFolder();
        ViTCheckpoint.Save(new NetworkWeights(ViT.Of(new ViTConfig(4, 4, 1, 64, 1, 4, mlpDim: 2, numClasses: 2))), folder["model"]);
        Assert.IsEmpty(ViTCheckpoint.Load(folder["model"]).Notes);
        File.WriteAllText(folder["config.json"], """{"num_attention_heads": 2, "layer_norm_eps": 1e-6}""");

        var loaded = ViTCheckpoint.Load(folder["model"]);

        Assert.AreEqual(4, loaded.Config.NumHeads);
        StringAssert.Contains(loaded.Notes.Single(), "The file says 4 heads");
    }

    /// <summary>Logits by PyTorch's arithmetic in float64; four heads, of which the convention makes two.</summary>
    [TestMethod]
    public void Heads_OfTheCase_AreNoted_AndRightWithAConfig()
    {
        using var folder = new TemporaryFolder();
        File.Copy(TestCases.Path("configs/heads/model.safetensors"), folder["model.safetensors"]);
        StringAssert.Contains(ViTCheckpoint.Load(folder["model.safetensors"]).Notes[0], "2 heads of 64 features");
        File.WriteAllText(folder["config.json"], """{"num_attention_heads": 4, "layer_norm_eps": 1e-6}""");
        var weights = ViTCheckpoint.Load(folder["model.safetensors"]);
        using var io = SafetensorsFile.Open(TestCases.Path("configs/heads/io.safetensors"));
        float[] expected = io.ReadSingles("logits");
        using var session = new SparseViTSession(Inference.RandomNetworks.Sparse(weights), threads: 1);

        float[] found = Inference.RandomNetworks.Score(session, io.ReadSingles("input"));

        Assert.AreEqual(4, weights.Config.NumHeads);
        float largest = expected.Max(MathF.Abs);
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.AreEqual(expected[i], found[i], 1e-5f * largest, $"logit {i}");
        }
    }

    /// <summary>Hugging Face leaves the key out where it is its own default.</summary>
    [TestMethod]
    [DataRow("vit", 1e-12f)]
    [DataRow("timm_wrapper", 1e-6f)]
    public void Eps_IsThatOfTheProgramThatWroteTheConfig(string type, float eps)
    {
        using var folder = new TemporaryFolder();
        File.Copy(TestCases.Path("configs/heads/model.safetensors"), folder["model.safetensors"]);
        File.WriteAllText(folder["config.json"], $$"""{"model_type": "{{type}}", "num_attention_heads": 4}""");

        var weights = ViTCheckpoint.Load(folder["model.safetensors"]);

        Assert.AreEqual(eps, weights.Config.LayerNormEps);
        StringAssert.Contains(string.Join('\n', weights.Notes), type == "vit" ? "no layer_norm_eps" : "epsilon of LayerNorm");
    }

    [TestMethod]
    public void Notes_AreInTheReport_TheTransformerAndItsFile()
    {
        using var subject = new FitSubject();
        string folder = Path.GetDirectoryName(subject.Options.ModelPath)!;
        new EditableCheckpoint(subject.Weights).Write(subject.Options.ModelPath); // without metadata
        File.WriteAllText(Path.Combine(folder, "config.json"), """{"num_attention_heads": 2, "stray": 1}""");

        using var transformer = subject.Fit(subject.Data(9));

        StringAssert.Contains(string.Join('\n', transformer.Report!.Notes), "passed over: stray.");
        StringAssert.Contains(transformer.Report.ToText(), "passed over: stray.");
        using var stream = new MemoryStream();
        transformer.SaveNetwork(stream);
        stream.Position = 0;
        using var loaded = subject.Ml.Transforms.LoadSparseViT(stream);
        StringAssert.Contains(string.Join('\n', loaded.Notes), "passed over: stray.");
        CollectionAssert.AreEqual(transformer.Notes.ToArray(), loaded.Notes.ToArray());
    }
}
