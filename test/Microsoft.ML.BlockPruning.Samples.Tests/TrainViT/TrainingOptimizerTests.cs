using global::TrainViT;
using Microsoft.ML.BlockPruning.Networks.Families;
using Microsoft.ML.BlockPruning.Torch;
using static TorchSharp.torch;

namespace Microsoft.ML.BlockPruning.Samples.Tests.TrainViT;

[TestClass]
public sealed class TrainingOptimizerTests
{
    private const double Rate = 0.01;
    private const int Width = 16;

    [ClassInitialize]
    public static void LoadLibTorch(TestContext context) => LibTorch.EnsureLoaded();

    /// <summary>
    /// A first step has a form of its own in each: AdamW moves every entry by the rate, Muon moves a matrix along all its directions
    /// alike, by 0.2 · √(larger side) · rate times 0.68 to 1.21. qkv is three matrices, whose gradients differ in size here.
    /// </summary>
    [TestMethod]
    public void Step_MovesTheEncodersMatricesByMuonAndTheRestByAdamW()
    {
        var spec = ViT.Of(new ViTConfig(28, 4, 1, Width, depth: 2, numHeads: 2, mlpDim: 40, numClasses: 10));
        using var network = new TorchNetwork(spec, seed: 1);
        using var scope = NewDisposeScope();
        using var generator = new Generator(2, CPU);
        var before = network.Module.named_parameters().ToDictionary(p => p.name, p => p.parameter.detach().clone());
        foreach (var (name, parameter) in network.Module.named_parameters())
        {
            parameter.grad = Gradient(parameter, IsQkv(name) ? 3 : 1, generator);
        }

        using var optimizer = new TrainingOptimizer(network, Options());
        optimizer.Step(Rate);

        using var off = no_grad();
        int byMuon = 0;
        foreach (var (name, parameter) in network.Module.named_parameters())
        {
            var step = parameter - before[name];
            string[] matrices = ["qkv.weight", "proj.weight", "fc1.weight", "fc2.weight"];
            if (name.StartsWith("blocks.", StringComparison.Ordinal) && matrices.Any(m => name.EndsWith(m, StringComparison.Ordinal)))
            {
                byMuon++;
                AssertMovedAlongAllDirections(step, IsQkv(name) ? 3 : 1, name);
            }
            else
            {
                Assert.AreEqual(Rate, step.abs().min().item<float>(), 1e-4, name);
                Assert.AreEqual(Rate, step.abs().max().item<float>(), 1e-4, name);
            }
        }

        Assert.AreEqual(8, byMuon);
    }

    private static bool IsQkv(string name) => name.EndsWith("qkv.weight", StringComparison.Ordinal);

    /// <summary>Random; of a matrix with singular values of one order, since five iterations do not raise the least of any.</summary>
    private static Tensor Gradient(Tensor parameter, int matrices, Generator generator)
    {
        var random = randn(parameter.shape, generator: generator);
        return random.dim() != 2
            ? random
            : cat([.. random.chunk(matrices).Select((part, i) => (part + (16 * eye(part.shape[0], part.shape[1]))) * (i + 1))]);
    }

    private static void AssertMovedAlongAllDirections(Tensor step, int matrices, string name)
    {
        foreach (var matrix in step.chunk(matrices))
        {
            double scale = 0.2 * Rate * Math.Sqrt(matrix.shape.Max());
            float[] values = linalg.svdvals(matrix).data<float>().ToArray();
            Assert.IsInRange(0.68 * scale, 1.21 * scale, values.Min(), name);
            Assert.IsInRange(0.68 * scale, 1.21 * scale, values.Max(), name);
        }
    }

    private static TrainingOptions Options() =>
        new() { DataFolder = "", OutputFolder = "", Precision = Precision.Float32, WeightDecay = 0 };
}
