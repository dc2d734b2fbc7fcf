using Microsoft.ML.BlockPruning.Checkpoints;
using Microsoft.ML.BlockPruning.Networks;

namespace Microsoft.ML.BlockPruning.Tests.Checkpoints.Configuration;

/// <summary>Keys that choose among what is computed here: the activation and what the head reads, on tiny.safetensors.</summary>
[TestClass]
public sealed class ConfigReadoutTests
{
    [TestMethod]
    [DataRow("\"act_layer\": \"quick_gelu\"", "Quick")]
    [DataRow("\"act_layer\": \"gelu_tanh\"", "Tanh")]
    [DataRow("\"hidden_act\": \"gelu_pytorch_tanh\"", "Tanh")]
    [DataRow("\"hidden_act\": \"gelu_new\"", "Tanh")]
    [DataRow("\"hidden_act\": \"gelu_python\"", "Exact")]
    [DataRow("\"hidden_act\": \"quick_gelu\"", "Quick")]
    [DataRow("\"architecture\": \"vit_base_patch16_clip_quickgelu_224\"", "Quick")]
    [DataRow("\"architecture\": \"vit_base_patch16_clip_224\"", "Exact")]
    public void Activation_IsThatOfTheConfig(string key, string form)
    {
        var forms = Load(key).Steps.OfType<BranchSpec>().Select(step => step.Middle).OfType<GeluSpec>().Select(gelu => gelu.Form);

        Assert.AreEqual(form, forms.Distinct().Single().ToString());
    }

    /// <summary>timm: the mean of the patches, normed before where there is no fc_norm; of all tokens where it says so.</summary>
    [TestMethod]
    [DataRow("\"global_pool\": \"avg\"", 1)]
    [DataRow("\"global_pool\": \"avg\", \"pool_include_prefix\": true", 0)]
    [DataRow("\"architecture\": \"vit_base_patch16_gap_224\"", 1)]
    public void AveragePooling_IsThatOfTheConfig(string keys, int first) =>
        Assert.AreEqual(new MeanPooling(first), Load(keys).Heads.Single().Pooling);

    [TestMethod]
    [DataRow("\"layer_norm_eps\": 0.25", 0.25f)]
    [DataRow("\"architecture\": \"vit_base_patch16_clip_224\"", 1e-5f)]
    [DataRow("\"architecture\": \"vit_base_patch16_224\"", 1e-6f)]
    [DataRow("\"model_type\": \"vit\"", 1e-12f)]
    public void Eps_IsThatOfTheConfigElseOfTheNetworksName(string key, float eps) => Assert.AreEqual(eps, Load(key).Steps[0].Norm.Eps);

    private static NetworkSpec Load(string keys)
    {
        using var folder = new TemporaryFolder();
        File.Copy(TestCases.Path("models/tiny.safetensors"), folder["tiny.safetensors"]);
        File.WriteAllText(folder["config.json"], $"{{\"num_heads\": 2, {keys}}}");
        return ViTCheckpoint.Load(folder["tiny.safetensors"]).Spec;
    }
}
