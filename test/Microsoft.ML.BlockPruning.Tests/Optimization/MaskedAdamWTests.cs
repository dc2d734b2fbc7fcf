using Microsoft.ML.BlockPruning.Optimization;
using Microsoft.ML.BlockPruning.Sparsity;
using Microsoft.ML.BlockPruning.Tests.Torch;
using Microsoft.ML.BlockPruning.Torch;
using static TorchSharp.torch;

namespace Microsoft.ML.BlockPruning.Tests.Optimization;

[TestClass]
public sealed class MaskedAdamWTests
{
    private const double Decay = 0.1;
    private const double LargestNorm = 0.7;
    private TensorLeakGuard _guard = null!;

    [TestInitialize]
    public void StartGuard() => _guard = TensorLeakGuard.Start();

    [TestCleanup]
    public void CheckGuard() => _guard.AssertNothingLeaked();

    [TestMethod]
    public void Step_FollowsAlgorithm2OfTheAdamWPaper()
    {
        using var scope = NewDisposeScope();
        using var network = new TorchNetwork(TinyNetwork.Weights(TinyNetwork.Config(depth: 1), seed: 3));
        using var removed = new RemovedBlocks(new SparsityPlan());
        using var optimizer = new MaskedAdamW(network.Module.named_parameters(), removed, Decay, LargestNorm);
        var oracles = optimizer.Moments.Select(entry => new Oracle(Values(entry.Parameter), IsMatrix(entry.Name) ? Decay : 0)).ToArray();
        var random = new Random(5);
        for (int step = 0; step < 12; step++)
        {
            double rate = 0.01 * (step + 1);
            float[][] gradients = [.. oracles.Select(oracle => Gradient(oracle.Theta.Length, random))];
            double norm = Math.Sqrt(gradients.Sum(values => values.Sum(g => (double)g * g)));
            Give(optimizer, gradients);

            double reported = optimizer.Step(rate);

            Assert.AreEqual(norm, reported, 1e-5 * norm);
            for (int i = 0; i < oracles.Length; i++)
            {
                oracles[i].Step([.. gradients[i].Select(g => g * Math.Min(1, LargestNorm / norm))], rate);
            }
        }

        foreach (var (entry, oracle) in optimizer.Moments.Zip(oracles))
        {
            // float32 against float64 over twelve steps, each of at most rate · (1 + decay) and rounded to 2⁻²⁴ a dozen times.
            AssertClose(oracle.Theta, Values(entry.Parameter), 2e-5, entry.Name);
        }
    }

    [TestMethod]
    public void Step_HoldsRemovedBlocksOfWeightsGradientsAndMomentsAtZero()
    {
        using var scope = NewDisposeScope();
        var weights = TinyNetwork.Weights(TinyNetwork.Config(depth: 1), seed: 3);
        var mask = new BlockMask(18, 6, new BlockShape(4, 4)); // ragged on both sides
        mask[0, 0] = false;
        mask[4, 1] = false;
        var plan = new SparsityPlan();
        plan.Add("blocks.0.attn.qkv", mask);
        using var network = new TorchNetwork(weights);
        using var removed = new RemovedBlocks(plan);
        using var optimizer = new MaskedAdamW(network.Module.named_parameters(), removed, Decay, LargestNorm);
        var random = new Random(5);
        for (int step = 0; step < 3; step++)
        {
            var gradients = optimizer.Moments.Select(entry => Gradient((int)entry.Parameter.numel(), random)).ToArray();
            int qkv = optimizer.Moments.ToList().FindIndex(entry => entry.Name == "blocks.0.attn.qkv.weight");
            gradients[qkv][0] = float.NaN; // in a removed block: must neither spread nor count
            Give(optimizer, gradients);
            Assert.IsTrue(double.IsFinite(optimizer.Step(0.1)));
        }

        var masked = optimizer.Moments.Single(entry => entry.Name == "blocks.0.attn.qkv.weight");
        foreach (float[] values in new[] { masked.Parameter, masked.Parameter.grad!, masked.First, masked.Second }.Select(Values))
        {
            for (int i = 0; i < values.Length; i++)
            {
                bool isRemoved = (i / 6 < 4 && i % 6 < 4) || (i / 6 >= 16 && i % 6 >= 4);
                Assert.AreEqual(isRemoved, BitConverter.SingleToInt32Bits(values[i]) == 0, $"element {i} is {values[i]}");
            }
        }
    }

    [TestMethod]
    public void Step_ChangesNothingWhereAGradientIsNotFinite()
    {
        using var scope = NewDisposeScope();
        using var network = new TorchNetwork(TinyNetwork.Weights(TinyNetwork.Config(depth: 1), seed: 3));
        using var removed = new RemovedBlocks(new SparsityPlan());
        using var optimizer = new MaskedAdamW(network.Module.named_parameters(), removed, Decay, LargestNorm);
        float[][] before = [.. optimizer.Moments.Select(entry => Values(entry.Parameter))];
        float[][] gradients = [.. before.Select(values => new float[values.Length])];
        gradients[2][0] = float.PositiveInfinity;
        Give(optimizer, gradients);

        Assert.IsFalse(double.IsFinite(optimizer.Step(0.1)));

        Assert.AreEqual(0, optimizer.Steps);
        foreach (var (expected, entry) in before.Zip(optimizer.Moments))
        {
            CollectionAssert.AreEqual(expected, Values(entry.Parameter), entry.Name);
        }
    }

    // timm's rule, told by hand: two sides at least, and neither token nor position.
    private static bool IsMatrix(string name) => name is "patch_embed.proj.weight" or "head.weight" or "blocks.0.attn.qkv.weight"
        or "blocks.0.attn.proj.weight" or "blocks.0.mlp.fc1.weight" or "blocks.0.mlp.fc2.weight";

    private static void Give(MaskedAdamW optimizer, float[][] gradients)
    {
        using var off = no_grad();
        foreach (var (entry, values) in optimizer.Moments.Zip(gradients))
        {
            entry.Parameter.grad = tensor(values).reshape(entry.Parameter.shape);
        }
    }

    private static float[] Gradient(int count, Random random) =>
        [.. Enumerable.Range(0, count).Select(_ => (2 * random.NextSingle()) - 1)];

    private static float[] Values(Tensor x) => x.detach().data<float>().ToArray();

    private static void AssertClose(double[] expected, float[] actual, double tolerance, string what)
    {
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.AreEqual(expected[i], actual[i], tolerance, $"{what}, element {i}");
        }
    }

    /// <summary>Loshchilov and Hutter, ICLR 2019, Algorithm 2, line by line; η_t α is the rate, λ = α · decay.</summary>
    private sealed class Oracle(float[] start, double decay)
    {
        private readonly double[] _first = new double[start.Length];
        private readonly double[] _second = new double[start.Length];
        private int _t;

        public double[] Theta { get; } = [.. start.Select(value => (double)value)];

        public void Step(double[] gradient, double rate)
        {
            _t++;
            for (int i = 0; i < Theta.Length; i++)
            {
                _first[i] = (0.9 * _first[i]) + (0.1 * gradient[i]);
                _second[i] = (0.999 * _second[i]) + (0.001 * gradient[i] * gradient[i]);
                double first = _first[i] / (1 - Math.Pow(0.9, _t));
                double second = _second[i] / (1 - Math.Pow(0.999, _t));
                Theta[i] -= rate * ((first / (Math.Sqrt(second) + 1e-8)) + (decay * Theta[i]));
            }
        }
    }
}
