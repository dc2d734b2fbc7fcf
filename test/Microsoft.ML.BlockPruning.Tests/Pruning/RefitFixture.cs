using Microsoft.ML.BlockPruning.Calibration;
using Microsoft.ML.BlockPruning.Networks;
using Microsoft.ML.BlockPruning.Pruning.Refit;
using Microsoft.ML.BlockPruning.Sparsity;
using Microsoft.ML.BlockPruning.Tests.Torch;

namespace Microsoft.ML.BlockPruning.Tests.Pruning;

/// <summary>
/// A network, a random plan and random token weights; the reference network says what each layer gets and should give.
/// </summary>
internal sealed class RefitFixture
{
    private const int ImageCount = 20;
    private readonly float[] _images;

    public RefitFixture(BlockShape shape, double keep)
    {
        var random = new Random(11);
        Dense = TinyNetwork.Weights(TinyNetwork.Config(), seed: 3);
        Layers = PrunableLayer.Of(Dense, shape);
        _images = TinyNetwork.Images(Dense.Config, ImageCount, seed: 5);
        TokenWeights = [.. Layers.Select(layer => layer.Groups.Select(_ =>
            Enumerable.Range(0, ImageCount * Dense.Config.Tokens).Select(_ => random.NextSingle() * 2).ToArray()).ToArray())];
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

    public NetworkWeights Dense { get; }

    public IReadOnlyList<PrunableLayer> Layers { get; }

    public IReadOnlyList<IReadOnlyList<float[]>> TokenWeights { get; }

    public SparsityPlan Plan { get; } = new();

    public int Steps => Create().Work.Steps;

    public NetworkWeights Refit(Action? onStep = null) => Create().Run(onStep ?? (() => { }));

    public NetworkWeights Refit(out IReadOnlyDictionary<string, RefitOutcome> outcomes)
    {
        var refit = Create();
        outcomes = refit.Trace.Outcomes;
        return refit.Run(() => { });
    }

    public NetworkWeights Refit(ILayerReconstruction reconstruction, out RefitTrace trace)
    {
        var refit = new WeightRefit(Task, reconstruction);
        var weights = refit.Run(() => { });
        trace = refit.Trace;
        return weights;
    }

    public static LinearWeights LayerOf(NetworkWeights network, PrunableLayer layer) =>
        network.PrunableLayers.Single(other => other.Name == layer.Name);

    public bool IsKept(PrunableLayer layer, int weight)
    {
        var mask = Plan[layer.Name]!;
        return mask[weight / mask.Columns / mask.Shape.Height, weight % mask.Columns / mask.Shape.Width];
    }

    /// <summary>Every token's input in the refitted network and its target, by the definition at WeightRefit.</summary>
    public List<(double[] Input, double[] Target)> Samples(NetworkWeights refitted, PrunableLayer layer)
    {
        var samples = new List<(double[], double[])>();
        for (int n = 0; n < ImageCount; n++)
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

    /// <summary>Σ e ‖y − ȳ‖² with the weighted mean ȳ.</summary>
    public double Variance(PrunableLayer layer, int index, List<(double[] Input, double[] Target)> samples) =>
        layer.Groups.Select((group, g) => Enumerable.Range(group.FirstRow, group.Rows).Sum(row =>
        {
            float[] weights = TokenWeights[index][g];
            double mean = samples.Select((sample, t) => weights[t] * sample.Target[row]).Sum() / weights.Sum(e => (double)e);
            return samples.Select((sample, t) => weights[t] * Math.Pow(sample.Target[row] - mean, 2)).Sum();
        })).Sum();

    public static double Output(LinearWeights weights, int row, double[] input) =>
        weights.Bias[row] + input.Select((x, i) => x * weights.Weight[(row * input.Length) + i]).Sum();

    private RefitTask Task =>
        new RefitTask(Dense, new CalibrationSet(Dense.Spec, _images, ImageCount), Layers, TokenWeights, Plan, Seed: 1);

    private WeightRefit Create() => new(Task);
}
