using Microsoft.ML.BlockPruning.Calibration;
using Microsoft.ML.BlockPruning.Networks;
using Microsoft.ML.BlockPruning.Pruning.Refit;
using Microsoft.ML.BlockPruning.Sparsity;
using Microsoft.ML.BlockPruning.Tests.Torch;

namespace Microsoft.ML.BlockPruning.Tests.Pruning.Refit;

[TestClass]
public sealed class WeightRefitTests
{
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
        var fixture = new RefitFixture(new BlockShape(height, width), keep: 0.5);

        var refitted = fixture.Refit();

        foreach (var (layer, index) in fixture.Layers.Select((layer, index) => (layer, index)))
        {
            AssertIsStationary(fixture, refitted, layer, index);
        }
    }

    [TestMethod]
    public void Run_FitsTheNextLayerOnWhatAReconstructionMadeOfTheOneBefore()
    {
        var fixture = new RefitFixture(new BlockShape(2, 2), keep: 0.5);

        var refitted = fixture.Refit(new ShiftOfTheFirstLayer(fixture.TokenWeights), out var trace);

        float alone = fixture.Refit().Layers[0].Proj.Bias[0];
        Assert.AreEqual(alone + ShiftOfTheFirstLayer.Shift, refitted.Layers[0].Proj.Bias[0], 1e-5f);
        CollectionAssert.AreEqual(new[] { "blocks.1" }, trace.LeftAsFitted.ToArray());
        foreach (var (layer, index) in fixture.Layers.Select((layer, index) => (layer, index)).Skip(4))
        {
            AssertIsStationary(fixture, refitted, layer, index);
        }
    }

    [TestMethod]
    public void Run_NeverFitsWorseThanMaskingAlone()
    {
        var fixture = new RefitFixture(new BlockShape(2, 2), keep: 0.5);

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

            double fitted = fixture.Error(layer, index, samples, RefitFixture.LayerOf(refitted, layer));
            double alone = fixture.Error(layer, index, samples, masked);
            Assert.IsTrue(fitted <= alone * (1 + 1e-6), $"{layer.Name}: {fitted} > {alone}");
        }
    }

    [TestMethod]
    [DataRow(2, 2)]
    [DataRow(4, 5)]
    public void Outcomes_AreTheShareOfTheTargetThatIsLeft(int height, int width)
    {
        var fixture = new RefitFixture(new BlockShape(height, width), keep: 0.5);

        var refitted = fixture.Refit(out var outcomes);

        foreach (var (layer, index) in fixture.Layers.Select((layer, index) => (layer, index)))
        {
            var samples = fixture.Samples(refitted, layer);
            double error = fixture.Error(layer, index, samples, RefitFixture.LayerOf(refitted, layer));
            double expected = error / fixture.Variance(layer, index, samples);
            Assert.AreEqual(expected, outcomes[layer.Name].Distortion!.Value, 1e-4 * (1 + expected), layer.Name);
            Assert.AreEqual(0, outcomes[layer.Name].DeadInputs, layer.Name);
        }
    }

    [TestMethod]
    public void Outcomes_OfALayerThatLostEveryBlock_AreThoseOfTheBiasAlone()
    {
        var fixture = new RefitFixture(new BlockShape(2, 2), keep: 1);
        var mask = fixture.Plan["blocks.0.attn.qkv"]!;
        for (int block = 0; block < mask.TotalBlocks; block++)
        {
            mask[block / mask.BlockColumns, block % mask.BlockColumns] = false;
        }

        fixture.Refit(out var outcomes);

        Assert.AreEqual(1, outcomes["blocks.0.attn.qkv"].Distortion!.Value, 1e-5); // the best bias is the mean
    }

    [TestMethod]
    public void Run_LeavesZerosInRemovedBlocks()
    {
        var fixture = new RefitFixture(new BlockShape(4, 5), keep: 0.4);

        var refitted = fixture.Refit();

        foreach (var layer in fixture.Layers)
        {
            float[] weight = RefitFixture.LayerOf(refitted, layer).Weight;
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
        var fixture = new RefitFixture(new BlockShape(2, 2), keep: 1);
        if (firstPruned < fixture.Layers.Count)
        {
            fixture.Plan[fixture.Layers[firstPruned].Name]![0, 0] = false;
        }

        int steps = 0;
        var refitted = fixture.Refit(() => steps++);

        Assert.AreEqual(fixture.Steps, steps);
        foreach (var (layer, index) in fixture.Layers.Select((layer, index) => (layer, index)))
        {
            var actual = RefitFixture.LayerOf(refitted, layer);
            bool isDense = layer.Weights.Weight.SequenceEqual(actual.Weight) && layer.Weights.Bias.SequenceEqual(actual.Bias);
            Assert.AreEqual(index < firstPruned, isDense, layer.Name);
        }
    }

    [TestMethod]
    public void Run_KeepsTheDenseWeightsOfALayerWhoseInputsAreAllDead()
    {
        // norm2 gives zeros, so fc1 sees nothing and its weights are free; the ridge must hold them.
        var fixture = new RefitFixture(new BlockShape(2, 2), keep: 1);
        Array.Clear(fixture.Dense.Layers[0].Norm2.Scale);
        Array.Clear(fixture.Dense.Layers[0].Norm2.Offset);
        fixture.Plan["blocks.0.attn.qkv"]![0, 0] = false;

        var refitted = fixture.Refit(out var outcomes);

        CollectionAssert.AreEqual(fixture.Dense.Layers[0].Fc1.Weight, refitted.Layers[0].Fc1.Weight);
        Assert.AreEqual(new RefitOutcome(Distortion: null, DeadInputs: 6), outcomes["blocks.0.mlp.fc1"]); // its output is its bias
    }

    [TestMethod]
    public void Run_EndsInTheExceptionOfTheCallbackWhereverItComes()
    {
        var fixture = new RefitFixture(new BlockShape(2, 2), keep: 0.5);
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
    private static void AssertIsStationary(RefitFixture fixture, NetworkWeights refitted, PrunableLayer layer, int index)
    {
        var fitted = RefitFixture.LayerOf(refitted, layer);
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
                        gradient += weights[t] * x * (RefitFixture.Output(fitted, row, samples[t].Input) - samples[t].Target[row]);
                        size += weights[t] * Math.Abs(x) * (Math.Abs(samples[t].Target[row]) + 1);
                    }

                    double pull = i < inputs ? ridge * (fitted.Weight[(row * inputs) + i] - layer.Weights.Weight[(row * inputs) + i]) : 0;
                    Assert.AreEqual(0, gradient + pull, 2e-5 * (size + Math.Abs(pull)), $"{layer.Name} [{row}, {i}]");
                }
            }
        }
    }
}
