using System.Runtime.InteropServices;
using Microsoft.ML.BlockPruning.Calibration;
using Microsoft.ML.BlockPruning.Networks;
using Microsoft.ML.BlockPruning.Sparsity;
using Microsoft.ML.BlockPruning.Tests.Torch;
using TorchSharp;

namespace Microsoft.ML.BlockPruning.Tests.Calibration;

[TestClass]
public sealed class CalibrationPassTests
{
    private const int Images = 3;
    private static readonly int[] Labels = [2, 0, 1];

    private TensorLeakGuard _guard = null!;

    [TestInitialize]
    public void StartGuard() => _guard = TensorLeakGuard.Start();

    [TestCleanup]
    public void CheckGuard() => _guard.AssertNothingLeaked();

    [TestMethod]
    [DataRow(2, 3, false)] // q, k, v end with a strip
    [DataRow(4, 5, true)] // strips cross the borders, and the last is ragged
    public void Run_AgreesWithFiniteDifferencesInFloat64(int height, int width, bool isDistilled)
    {
        var weights = TinyNetwork.Weights(TinyNetwork.Config(isDistilled: isDistilled), seed: 3);
        var set = TinyNetwork.Calibration(weights.Config, Images, labels: Labels);
        var layers = PrunableLayer.Of(weights, new BlockShape(height, width));
        using var scope = torch.NewDisposeScope();

        var statistics = new CalibrationPass(weights, set, seed: 1).Run(layers, () => { });

        var (inputs, gradients) = DifferentiatedLayers(weights, TinyNetwork.Images(weights.Config, Images, seed: 5));
        for (int l = 0; l < layers.Count; l++)
        {
            AssertAgrees(layers[l], inputs[layers[l].Name], gradients[layers[l].Name], statistics[l]);
        }
    }

    [TestMethod]
    public void Run_SamplesLabelsFromTheNetworksOwnSoftmax()
    {
        // One image many times: the mean over images estimates the expectation over labels, which the three given labels give exactly.
        const int count = 600;
        var weights = TinyNetwork.Weights(TinyNetwork.Config(depth: 1), seed: 3);
        float[] image = TinyNetwork.Images(weights.Config, 1, seed: 5);
        float[] copies = [.. Enumerable.Repeat(image, count).SelectMany(x => x)];
        var layers = PrunableLayer.Of(weights, new BlockShape(2, 2));
        using var scope = torch.NewDisposeScope();

        double[] sampled = Fc2Gradients(new CalibrationPass(weights, new CalibrationSet(weights.Spec, copies, count), seed: 1));

        double[] probabilities = [.. new ReferenceViT(weights).LogProbabilities(image).Select(Math.Exp)];
        double[][] given = [.. Enumerable.Range(0, 3).Select(label =>
            Fc2Gradients(new CalibrationPass(weights, new CalibrationSet(weights.Spec, image, 1, [label]), seed: 1)))];
        for (int i = 0; i < sampled.Length; i++)
        {
            double mean = probabilities.Select((p, y) => p * given[y][i]).Sum();
            double variance = probabilities.Select((p, y) => p * Math.Pow(given[y][i] - mean, 2)).Sum() / count;
            Assert.AreEqual(mean, sampled[i], (5 * Math.Sqrt(variance)) + 1e-9, $"entry {i}");
        }

        double[] Fc2Gradients(CalibrationPass pass) => Values<double>(pass.Run(layers, () => { })[^1].Gradients);
    }

    [TestMethod]
    public void Run_IsRepeatableBitForBitAndFollowsTheSeed()
    {
        var weights = TinyNetwork.Weights(TinyNetwork.Config(), seed: 3);
        var set = TinyNetwork.Calibration(weights.Config, 100);
        var layers = PrunableLayer.Of(weights, new BlockShape(2, 2));
        using var scope = torch.NewDisposeScope();

        double[] first = Covariance(seed: 1);

        CollectionAssert.AreEqual(first, Covariance(seed: 1));
        CollectionAssert.AreNotEqual(first, Covariance(seed: 2));

        double[] Covariance(long seed) =>
            Values<double>(new CalibrationPass(weights, set, seed).Run(layers, () => { })[0].Inputs[0]);
    }

    [TestMethod]
    public void Run_LeavesTheDenseNetworkAndTheGradientModeAlone()
    {
        var weights = TinyNetwork.Weights(TinyNetwork.Config(), seed: 3);
        var before = weights.Clone();
        using var scope = torch.NewDisposeScope();
        using var off = torch.no_grad();

        new CalibrationPass(weights, TinyNetwork.Calibration(weights.Config, 2), seed: 1)
            .Run(PrunableLayer.Of(weights, new BlockShape(2, 2)), () => { });

        Assert.IsFalse(torch.is_grad_enabled());
        foreach (var (expected, actual) in before.Tensors.Zip(weights.Tensors))
        {
            CollectionAssert.AreEqual(expected.Values, actual.Values, actual.Name);
        }
    }

    [TestMethod]
    public void Run_GivesOnesAsTokenWeightsWhereNoGradientArrives()
    {
        // A head of zeros: no logit depends on anything.
        var weights = TinyNetwork.Weights(TinyNetwork.Config(depth: 1), seed: 3);
        Array.Clear(weights.Head.Weight);
        using var scope = torch.NewDisposeScope();

        var statistics = new CalibrationPass(weights, TinyNetwork.Calibration(weights.Config, 2), seed: 1)
            .Run(PrunableLayer.Of(weights, new BlockShape(2, 2)), () => { });

        Assert.IsTrue(statistics.SelectMany(layer => layer.TokenWeights).SelectMany(w => w).All(w => w == 1f));
    }

    [TestMethod]
    public void Run_NamesTheLayerWhereTheNetworkOverflows()
    {
        var weights = TinyNetwork.Weights(TinyNetwork.Config(), seed: 3);
        Array.Fill(weights.Layers[1].Fc1.Weight, 3e38f);

        var error = Assert.ThrowsExactly<ArithmeticException>(
            () => new CalibrationPass(weights, TinyNetwork.Calibration(weights.Config, 2), seed: 1)
            .Run(PrunableLayer.Of(weights, new BlockShape(2, 2)), () => { }));

        StringAssert.Contains(error.Message, "blocks.1.mlp.fc2");
    }

    [TestMethod]
    public void Run_EndsInTheExceptionOfTheCallback()
    {
        var weights = TinyNetwork.Weights(TinyNetwork.Config(), seed: 3);

        Assert.ThrowsExactly<OperationCanceledException>(
            () => new CalibrationPass(weights, TinyNetwork.Calibration(weights.Config, 2), seed: 1)
            .Run(PrunableLayer.Of(weights, new BlockShape(2, 2)), () => throw new OperationCanceledException()));
    }

    private static void AssertAgrees(PrunableLayer layer, List<double[]> inputs, List<double[]> gradients, LayerStatistics statistics)
    {
        int width = layer.Weights.InFeatures + 1;
        double leastEffective = double.PositiveInfinity;
        for (int g = 0; g < layer.Groups.Count; g++)
        {
            var group = layer.Groups[g];
            double[] energy = [.. gradients.Select(d => d.Skip(group.FirstRow).Take(group.Rows).Sum(v => v * v))];
            AssertClose(
                [.. energy.Chunk(layer.Tokens).SelectMany(image => image.Select(e => e * image.Length / image.Sum()))],
                [.. statistics.TokenWeights[g].Select(w => (double)w)],
                $"{layer.Name} e {g}");
            double[] images = [.. energy.Chunk(layer.Tokens).Select(image => image.Sum())];
            leastEffective = Math.Min(leastEffective, images.Sum() * images.Sum() / images.Sum(image => image * image));
            double[] covariance = new double[width * width];
            for (int i = 0; i < covariance.Length; i++)
            {
                covariance[i] =
                    energy.Select((e, t) => e * Biased(inputs[t], i / width) * Biased(inputs[t], i % width)).Sum() / energy.Sum();
            }

            AssertClose(covariance, Values<double>(statistics.Inputs[g]), $"{layer.Name} A {g}");
        }

        Assert.AreEqual(leastEffective, statistics.EffectiveImages, 1e-3 * leastEffective, layer.Name);
        int height = layer.Blocks.Shape.Height;
        double[] strips = new double[layer.Blocks.BlockRows * height * height];
        for (int i = 0; i < strips.Length; i++)
        {
            int first = i / (height * height) * height;
            strips[i] = gradients.Sum(d => At(d, first + (i / height % height)) * At(d, first + (i % height))) / Images;
        }

        AssertClose(strips, Values<double>(statistics.Gradients), $"{layer.Name} S");

        static double Biased(double[] x, int i) => i < x.Length ? x[i] : 1;
        static double At(double[] d, int i) => i < d.Length ? d[i] : 0;
    }

    // Inputs and loss gradients of every prunable layer, [images · tokens][features], by central differences of −log p[y].
    private static (Dictionary<string, List<double[]>> Inputs, Dictionary<string, List<double[]>> Gradients) DifferentiatedLayers(
        NetworkWeights weights, float[] images)
    {
        const double step = 1e-5;
        var inputs = new Dictionary<string, List<double[]>>();
        var gradients = new Dictionary<string, List<double[]>>();
        for (int n = 0; n < Images; n++)
        {
            float[] image = images[(n * weights.Config.ImageDim)..((n + 1) * weights.Config.ImageDim)];
            var reference = new ReferenceViT(weights);
            var shapes = new List<(string Name, int Tokens, int Features)>();
            reference.OnLinear = (name, input, output) =>
            {
                ListOf(inputs, name).AddRange(input);
                shapes.Add((name, output.Length, output[0].Length));
            };
            reference.Logits(image);
            foreach (var (name, tokens, features) in shapes)
            {
                for (int t = 0; t < tokens; t++)
                {
                    double[] gradient = [.. Enumerable.Range(0, features)
                        .Select(f => (Loss(name, t, f, step) - Loss(name, t, f, -step)) / (2 * step))];
                    ListOf(gradients, name).Add(gradient);
                }
            }

            double Loss(string layer, int token, int feature, double change)
            {
                reference.OnLinear = (name, _, output) =>
                {
                    if (name == layer)
                    {
                        output[token][feature] += change;
                    }
                };
                return -reference.LogProbabilities(image)[Labels[n]];
            }
        }

        return (inputs, gradients);

        static List<double[]> ListOf(Dictionary<string, List<double[]>> lists, string name)
        {
            lists.TryAdd(name, []);
            return lists[name];
        }
    }

    // float32 sums of some hundred terms: 1e-4 of the largest entry is ten times their forward error.
    private static void AssertClose(double[] expected, double[] actual, string what)
    {
        Assert.HasCount(expected.Length, actual, what);
        double tolerance = 1e-4 * expected.Max(Math.Abs);
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.AreEqual(expected[i], actual[i], tolerance, $"{what}, entry {i}");
        }
    }

    private static T[] Values<T>(torch.Tensor tensor)
        where T : unmanaged => MemoryMarshal.Cast<byte, T>(tensor.bytes).ToArray();
}
