using Microsoft.ML.BlockPruning.Calibration;
using Microsoft.ML.BlockPruning.Networks;
using Microsoft.ML.BlockPruning.Pruning.Curves;
using Microsoft.ML.BlockPruning.Sparsity;
using Microsoft.ML.BlockPruning.Tests.Torch;

namespace Microsoft.ML.BlockPruning.Tests.Pruning.Curves;

[TestClass]
public sealed class LayerDivergenceTests
{
    private const int Images = 70; // two batches, the second one short
    private const double Ridge = 0.01;
    private static readonly NetworkWeights Network = TinyNetwork.Weights(TinyNetwork.Config(), seed: 3);
    private static readonly float[] Pixels = TinyNetwork.Images(Network.Config, Images, seed: 5);
    private static readonly IReadOnlyList<PrunableLayer> Layers = PrunableLayer.Of(Network, new BlockShape(2, 3));

    private TensorLeakGuard _guard = null!;

    [TestInitialize]
    public void StartGuard() => _guard = TensorLeakGuard.Start();

    [TestCleanup]
    public void CheckGuard() => _guard.AssertNothingLeaked();

    // Refit by elimination in loops, divergence by a network in loops, both float64 and layer by layer from the image.
    [TestMethod]
    [DataRow(64)]
    [DataRow(Images)]
    public void Measure_IsTheDivergenceWithOneLayerPrunedAndRefitted(int measured)
    {
        var weights = TokenWeights();

        var found = new LayerDivergence(Network, new CalibrationSet(Network.Spec, Pixels, Images), Layers, weights, measured)
            .Measure(Masks, () => { });

        for (int l = 0; l < Layers.Count; l++)
        {
            var masks = Masks(Layers[l]);
            Assert.HasCount(masks.Count, found[l]);
            for (int i = 0; i < masks.Count; i++)
            {
                var pruned = Refit(l, masks[i], weights[l]);
                double expected = Enumerable.Range(0, measured).Average(n => Divergence(pruned, n));
                Assert.AreEqual(expected, found[l][i], (1e-3 * expected) + 1e-9, $"{Layers[l].Name} {i}");
            }
        }
    }

    [TestMethod]
    public void Measure_ReportsTheStepsThatItAnnounces()
    {
        var calibration = new CalibrationSet(Network.Spec, Pixels, Images);
        int steps = 0;

        new LayerDivergence(Network, calibration, Layers, TokenWeights(), images: 10).Measure(Masks, () => steps++);

        Assert.AreEqual(LayerDivergence.WorkOf(calibration, Layers, 10, layer => Masks(layer).Count).Steps, steps);
    }

    // Every third block, every second one, all of them; fc1 of the first encoder layer is passed over.
    private static IReadOnlyList<BlockMask> Masks(PrunableLayer layer) =>
        layer.Name == "blocks.0.mlp.fc1" ? [] : [Without(layer, 3), Without(layer, 2), Without(layer, 1)];

    private static BlockMask Without(PrunableLayer layer, int every)
    {
        var mask = layer.Blocks.Clone();
        for (int block = 0; block < mask.TotalBlocks; block += every)
        {
            mask[block / mask.BlockColumns, block % mask.BlockColumns] = false;
        }

        return mask;
    }

    private static IReadOnlyList<IReadOnlyList<float[]>> TokenWeights()
    {
        var random = new Random(9);
        return
        [
            .. Layers.Select(layer => layer.Groups.Select(_ =>
                Enumerable.Range(0, Images * Network.Config.Tokens).Select(_ => 0.5f + random.NextSingle()).ToArray()).ToArray()),
        ];
    }

    private static ReadOnlySpan<float> ImageAt(int n) => Pixels.AsSpan(n * Network.Config.ImageDim, Network.Config.ImageDim);

    private static double Divergence(NetworkWeights pruned, int image)
    {
        double[] p = new ReferenceViT(Network).LogProbabilities(ImageAt(image));
        double[] q = new ReferenceViT(pruned).LogProbabilities(ImageAt(image));
        return p.Zip(q, (a, b) => Math.Exp(a) * (a - b)).Sum();
    }

    // Per row: (Σ e x̃ x̃ᵀ + λ I) w = Σ e x̃ y + λ w_dense over the kept inputs and the bias, which λ leaves alone.
    private static NetworkWeights Refit(int index, BlockMask mask, IReadOnlyList<float[]> weights)
    {
        var layer = Layers[index];
        int inputs = layer.Weights.InFeatures;
        var samples = new List<(double[] Input, double[] Output)>();
        var network = new ReferenceViT(Network)
        {
            OnLinear = (name, input, output) => samples.AddRange(name == layer.Name ? input.Zip(output) : []),
        };
        for (int n = 0; n < Images; n++)
        {
            network.Logits(ImageAt(n));
        }

        var pruned = Network.Clone();
        var target = pruned.PrunableLayers.ElementAt(index);
        Array.Clear(target.Weight);
        foreach (var (group, e) in layer.Groups.Zip(weights))
        {
            double lambda = Ridge * samples.Select((s, t) => e[t] * s.Input.Sum(x => x * x) / inputs).Sum();
            for (int row = group.FirstRow; row < group.FirstRow + group.Rows; row++)
            {
                int[] kept = [.. Enumerable.Range(0, inputs).Where(i => mask[row / mask.Shape.Height, i / mask.Shape.Width]), inputs];
                double X(int t, int i) => i == inputs ? 1 : samples[t].Input[i];
                double[,] left = NaiveMatrix.Fill(kept.Length, kept.Length, (i, j) =>
                    Enumerable.Range(0, samples.Count).Sum(t => e[t] * X(t, kept[i]) * X(t, kept[j]))
                    + (i == j && kept[i] < inputs ? lambda : 0));
                double[,] right = NaiveMatrix.Fill(kept.Length, 1, (i, _) =>
                    Enumerable.Range(0, samples.Count).Sum(t => e[t] * X(t, kept[i]) * samples[t].Output[row])
                    + (kept[i] < inputs ? lambda * layer.Weights.Weight[(row * inputs) + kept[i]] : 0));
                double[,] solved = NaiveMatrix.Solve(left, right);
                for (int i = 0; i < kept.Length - 1; i++)
                {
                    target.Weight[(row * inputs) + kept[i]] = (float)solved[i, 0];
                }

                target.Bias[row] = (float)solved[kept.Length - 1, 0];
            }
        }

        return pruned;
    }
}
