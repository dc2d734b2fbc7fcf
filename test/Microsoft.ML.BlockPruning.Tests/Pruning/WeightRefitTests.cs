using Microsoft.ML.BlockPruning.Network;
using Microsoft.ML.BlockPruning.Pruning;
using Microsoft.ML.BlockPruning.Sparsity;
using Microsoft.ML.BlockPruning.Tests.Training;
using Microsoft.ML.BlockPruning.Training;

namespace Microsoft.ML.BlockPruning.Tests.Pruning;

[TestClass]
public sealed class WeightRefitTests
{
    private const int Images = 20;
    private TensorLeakGuard _guard = null!;

    [TestInitialize]
    public void StartGuard() => _guard = TensorLeakGuard.Start();

    [TestCleanup]
    public void CheckGuard() => _guard.AssertNothingLeaked();

    [TestMethod]
    [DataRow(2, 2)]
    [DataRow(4, 5)] // ragged, strips across q, k, v
    public void Run_SolvesEveryLayerOnTheInputsItReallyGets(int height, int width)
    {
        var fixture = new Fixture(new BlockShape(height, width), keep: 0.5);

        var refitted = fixture.Refit();

        foreach (var (layer, index) in fixture.Layers.Select((layer, index) => (layer, index)))
        {
            AssertIsStationary(fixture, refitted, layer, index);
        }
    }

    [TestMethod]
    public void Run_NeverFitsWorseThanMaskingAlone()
    {
        var fixture = new Fixture(new BlockShape(2, 2), keep: 0.5);

        var refitted = fixture.Refit();

        foreach (var (layer, index) in fixture.Layers.Select((layer, index) => (layer, index)))
        {
            var samples = fixture.Samples(refitted, layer);
            var masked = new LinearWeights(layer.Name, layer.Weights.OutFeatures, layer.Weights.InFeatures);
            layer.Weights.Bias.CopyTo(masked.Bias, 0);
            for (int i = 0; i < masked.Weight.Length; i++)
            {
                masked.Weight[i] = fixture.IsKept(layer, i) ? layer.Weights.Weight[i] : 0;
            }

            double fitted = fixture.Error(layer, index, samples, Fixture.LayerOf(refitted, layer));
            double alone = fixture.Error(layer, index, samples, masked);
            Assert.IsTrue(fitted <= alone * (1 + 1e-6), $"{layer.Name}: {fitted} > {alone}");
        }
    }

    [TestMethod]
    public void Run_LeavesZerosInRemovedBlocks()
    {
        var fixture = new Fixture(new BlockShape(4, 5), keep: 0.4);

        var refitted = fixture.Refit();

        foreach (var layer in fixture.Layers)
        {
            float[] weight = Fixture.LayerOf(refitted, layer).Weight;
            Assert.IsTrue(Enumerable.Range(0, weight.Length).All(i => fixture.IsKept(layer, i) || weight[i] == 0), layer.Name);
        }
    }

    [TestMethod]
    [DataRow(0)]
    [DataRow(3)]
    [DataRow(6)]
    [DataRow(8)] // nothing removed anywhere
    public void Run_KeepsTheDenseWeightsUpToTheFirstRemovedBlock(int firstPruned)
    {
        var fixture = new Fixture(new BlockShape(2, 2), keep: 1);
        if (firstPruned < fixture.Layers.Count)
        {
            fixture.Plan[fixture.Layers[firstPruned].Name]![0, 0] = false;
        }

        int steps = 0;
        var refitted = fixture.Refit(() => steps++);

        Assert.AreEqual(fixture.Steps, steps);
        foreach (var (layer, index) in fixture.Layers.Select((layer, index) => (layer, index)))
        {
            var actual = Fixture.LayerOf(refitted, layer);
            bool isDense = layer.Weights.Weight.SequenceEqual(actual.Weight) && layer.Weights.Bias.SequenceEqual(actual.Bias);
            Assert.AreEqual(index < firstPruned, isDense, layer.Name);
        }
    }

    [TestMethod]
    public void Run_KeepsTheDenseWeightsOfALayerWhoseInputsAreAllDead()
    {
        // norm2 gives zeros, so fc1 sees nothing and its weights are free; the ridge must hold them.
        var fixture = new Fixture(new BlockShape(2, 2), keep: 1);
        Array.Clear(fixture.Dense.Layers[0].Norm2.Scale);
        Array.Clear(fixture.Dense.Layers[0].Norm2.Offset);
        fixture.Plan["blocks.0.attn.qkv"]![0, 0] = false;

        var refitted = fixture.Refit();

        CollectionAssert.AreEqual(fixture.Dense.Layers[0].Fc1.Weight, refitted.Layers[0].Fc1.Weight);
    }

    [TestMethod]
    public void Run_EndsInTheExceptionOfTheCallbackWhereverItComes()
    {
        var fixture = new Fixture(new BlockShape(2, 2), keep: 0.5);
        for (int last = 0; last < fixture.Steps; last += 7)
        {
            int left = last;

            Assert.ThrowsExactly<OperationCanceledException>(() => fixture.Refit(() =>
            {
                if (left-- == 0)
                {
                    throw new OperationCanceledException();
                }
            }));
        }
    }

    // The derivative of Σ e ‖y − W x̃‖² + λ ‖W − W_dense‖² by every kept weight and bias is zero, to float32's rounding of W.
    private static void AssertIsStationary(Fixture fixture, ViTWeights refitted, PrunableLayer layer, int index)
    {
        var fitted = Fixture.LayerOf(refitted, layer);
        var samples = fixture.Samples(refitted, layer);
        int inputs = layer.Weights.InFeatures;
        foreach (var (group, g) in layer.Groups.Select((group, g) => (group, g)))
        {
            float[] weights = fixture.TokenWeights[index][g];
            double ridge = 0.01 * samples.Select((s, t) => weights[t] * s.Input.Sum(v => v * v) / inputs).Sum();
            for (int row = group.FirstRow; row < group.FirstRow + group.Rows; row++)
            {
                for (int i = 0; i <= inputs; i++)
                {
                    if (i < inputs && !fixture.IsKept(layer, (row * inputs) + i))
                    {
                        continue;
                    }

                    double gradient = 0;
                    double size = 0;
                    for (int t = 0; t < samples.Count; t++)
                    {
                        double x = i < inputs ? samples[t].Input[i] : 1;
                        gradient += weights[t] * x * (Fixture.Output(fitted, row, samples[t].Input) - samples[t].Target[row]);
                        size += weights[t] * Math.Abs(x) * (Math.Abs(samples[t].Target[row]) + 1);
                    }

                    double pull = i < inputs ? ridge * (fitted.Weight[(row * inputs) + i] - layer.Weights.Weight[(row * inputs) + i]) : 0;
                    Assert.AreEqual(0, gradient + pull, 2e-5 * (size + Math.Abs(pull)), $"{layer.Name} [{row}, {i}]");
                }
            }
        }
    }

    /// <summary>
    /// A network, a random plan and random token weights; the reference network says what each layer gets and should give.
    /// </summary>
    private sealed class Fixture
    {
        private readonly float[] _images;

        public Fixture(BlockShape shape, double keep)
        {
            var random = new Random(11);
            Dense = TinyNetwork.Weights(TinyNetwork.Config(), seed: 3);
            Layers = PrunableLayer.Of(Dense, shape);
            _images = TinyNetwork.Images(Dense.Config, Images, seed: 5);
            TokenWeights = [.. Layers.Select(layer => layer.Groups.Select(_ =>
                Enumerable.Range(0, Images * Dense.Config.Tokens).Select(_ => random.NextSingle() * 2).ToArray()).ToArray())];
            foreach (var layer in Layers)
            {
                var mask = layer.Blocks.Clone();
                for (int block = 0; block < mask.TotalBlocks; block++)
                {
                    mask[block / mask.BlockColumns, block % mask.BlockColumns] = keep == 1 || random.NextDouble() < keep;
                }

                Plan.Add(layer.Name, mask);
            }
        }

        public ViTWeights Dense { get; }

        public IReadOnlyList<PrunableLayer> Layers { get; }

        public IReadOnlyList<IReadOnlyList<float[]>> TokenWeights { get; }

        public SparsityPlan Plan { get; } = new();

        public int Steps => Create().Steps;

        public ViTWeights Refit(Action? onStep = null) => Create().Run(onStep ?? (() => { }));

        public static LinearWeights LayerOf(ViTWeights network, PrunableLayer layer) =>
            network.PrunableLayers.Single(other => other.Name == layer.Name);

        public bool IsKept(PrunableLayer layer, int weight)
        {
            var mask = Plan[layer.Name]!;
            return mask[weight / mask.Columns / mask.Shape.Height, weight % mask.Columns / mask.Shape.Width];
        }

        /// <summary>Every token's input in the refitted network and its target, by the definition in the room's README.</summary>
        public List<(double[] Input, double[] Target)> Samples(ViTWeights refitted, PrunableLayer layer)
        {
            var samples = new List<(double[], double[])>();
            for (int n = 0; n < Images; n++)
            {
                var image = _images.AsSpan(n * Dense.Config.ImageDim, Dense.Config.ImageDim);
                double[][] target = [];
                double[][] input = [];
                var dense = new ReferenceViT(Dense);
                var pruned = new ReferenceViT(refitted);
                if (layer.Name.EndsWith("qkv", StringComparison.Ordinal) || layer.Name.EndsWith("fc1", StringComparison.Ordinal))
                {
                    dense.OnLinear = (name, _, output) => target = name == layer.Name ? output : target;
                    dense.Logits(image);
                }
                else
                {
                    double[][] before = [];
                    dense.OnBranch = (name, _, sum) => target = name == layer.Name ? sum : target;
                    pruned.OnBranch = (name, stream, _) => before = name == layer.Name ? stream : before;
                    dense.Logits(image);
                    pruned.Logits(image);
                    target = [.. target.Select((row, t) => row.Select((value, f) => value - before[t][f]).ToArray())];
                }

                pruned.OnLinear = (name, x, _) => input = name == layer.Name ? x : input;
                pruned.Logits(image);
                samples.AddRange(input.Zip(target));
            }

            return samples;
        }

        public double Error(PrunableLayer layer, int index, List<(double[] Input, double[] Target)> samples, LinearWeights weights) =>
            layer.Groups.Select(
                (group, g) => samples.Select((sample, t) => TokenWeights[index][g][t] * Enumerable.Range(group.FirstRow, group.Rows)
                .Sum(row => Math.Pow(Output(weights, row, sample.Input) - sample.Target[row], 2))).Sum()).Sum();

        public static double Output(LinearWeights weights, int row, double[] input) =>
            weights.Bias[row] + input.Select((x, i) => x * weights.Weight[(row * input.Length) + i]).Sum();

        private WeightRefit Create() =>
            new(new RefitTask(Dense, new CalibrationSet(Dense.Config, _images, Images), Layers, TokenWeights, Plan, Seed: 1));
    }
}
