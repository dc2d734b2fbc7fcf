using Microsoft.ML.BlockPruning.Calibration;
using Microsoft.ML.BlockPruning.Networks;
using Microsoft.ML.BlockPruning.Pruning;
using Microsoft.ML.BlockPruning.Pruning.Allocation;
using Microsoft.ML.BlockPruning.Pruning.Budgets;
using Microsoft.ML.BlockPruning.Runs;
using Microsoft.ML.BlockPruning.Sparsity;
using Microsoft.ML.BlockPruning.Tests.Inference;

namespace Microsoft.ML.BlockPruning.Tests.Pruning.Bases;

/// <summary>Where a basis can do nothing good, for want of images or of what varies on them, it does no harm either.</summary>
[TestClass]
public sealed class DegenerateHarmTests
{
    private const int Images = 24, Fresh = 24;
    private const double Keep = 0.7;

    private static readonly Dictionary<string, (Action<NetworkWeights> Spoil, Func<NetworkSpec, CalibrationSet> Images)> Kinds = new()
    {
        ["ordinary"] = (_ => { }, Varied(Images)),
        ["one image"] = (_ => { }, Varied(1)),
        ["two images"] = (_ => { }, Varied(2)),
        ["black images"] = (_ => { }, spec => Constant(spec, 0)),
        ["images of one colour"] = (_ => { }, spec => Constant(spec, 1)),
        ["one image many times"] = (_ => { }, Repeated),
        ["dead units"] = (weights => Array.Fill(weights.Layers[0].Fc1.Bias, -100f, 0, 20), Varied(Images)),
        ["all units dead"] = (weights => Array.Fill(weights.Layers[0].Fc1.Bias, -100f), Varied(Images)),
        ["a head of zeros"] = (weights => ClearRows(weights.Layers[0].Qkv, 0, 8, 16, 24, 32, 40), Varied(Images)),
        ["q and k of rank one"] = (weights => MakeRankOne(weights.Layers[0].Qkv, 0, 16), Varied(Images)),
        ["v of rank one"] = (weights => MakeRankOne(weights.Layers[0].Qkv, 32, 40), Varied(Images)),
        ["values that nothing reads"] = (weights => Array.Clear(weights.Layers[1].Proj.Weight), Varied(Images)),
        ["a norm of zeros"] = (weights => Array.Clear(weights.Layers[1].Norm1.Scale), Varied(Images)),
        ["tiny queries"] = (weights => Scale(weights.Layers[0].Qkv, 0, 16, 1e-12f), Varied(Images)),
        ["huge and tiny units"] = (weights => Scale(weights.Layers[0].Fc1, 0, 8, 1e6f), Varied(Images)),
        ["certain of one class"] = (weights => weights.Head.Bias[1] = 1000, Varied(Images)),
        ["head of zeros"] = (weights => Array.Clear(weights.Head.Weight), Varied(Images)),
    };

    public static IEnumerable<string> Cases => Kinds.Keys;

    /// <summary>Means over networks, on images that calibration has not seen; what differs by less than a third is chance.</summary>
    [TestMethod]
    [DynamicData(nameof(Cases))]
    public void Prune_InAnotherBasisLosesNoMoreThanInTheFiles(string kind)
    {
        double inOriginal = 0, inFull = 0;
        foreach (int seed in (int[])[1, 2, 3])
        {
            var dense = TestNetworks.Weights(TestNetworks.Config(), seed);
            Kinds[kind].Spoil(dense);
            var (images, fresh) = (Kinds[kind].Images(dense.Spec), RandomFamily.Calibration(dense.Spec, Fresh));
            inOriginal += Kl(dense, Prune(dense, images, PruneBasis.Original), fresh) / 3;
            inFull += Kl(dense, Prune(dense, images, PruneBasis.Full), fresh) / 3;
        }

        Assert.IsLessThanOrEqualTo((4 * inOriginal / 3) + 1e-4, inFull);
    }

    private static NetworkWeights Prune(NetworkWeights dense, CalibrationSet images, PruneBasis basis)
    {
        var request = new PruneRequest { Basis = basis, Refit = PruneRefit.Feedback };
        var cost = new NetworkCost(dense.Spec);
        var settings = new PruneSettings
        {
            Layers = new LayerRules(new BlockShape(4, 4)),
            Constraints = [PruneConstraint.Keep(Keep, new FlopsCostModel(cost), cost.TotalMultiplyAdds, "multiply-adds")],
            Seed = 1,
        };
        return new BlockPruner(PruneMethods.Of(request)).Prune(dense, images, settings, _ => { }).Weights;
    }

    // Nats, mean over images, from the formulas in double.
    private static double Kl(NetworkWeights dense, NetworkWeights pruned, CalibrationSet images)
    {
        var (before, after) = (new ReferenceNetwork(dense), new ReferenceNetwork(pruned));
        double sum = 0;
        for (int image = 0; image < images.Count; image++)
        {
            double[] p = LogShares(before.Logits(images.ImageAt(image))), q = LogShares(after.Logits(images.ImageAt(image)));
            sum += p.Zip(q, (one, other) => Math.Exp(one) * (one - other)).Sum();
        }

        return sum / images.Count;
    }

    private static double[] LogShares(double[] logits)
    {
        double most = logits.Max();
        double log = most + Math.Log(logits.Sum(logit => Math.Exp(logit - most)));
        return [.. logits.Select(logit => logit - log)];
    }

    private static Func<NetworkSpec, CalibrationSet> Varied(int count) => spec =>
    {
        var random = new Random(11);
        return new CalibrationSet(
            spec, [.. Enumerable.Range(0, count * spec.ImageDim).Select(_ => (3 * random.NextSingle()) - 1.5f)], count);
    };

    private static CalibrationSet Constant(NetworkSpec spec, float value)
    {
        float[] pixels = new float[Images * spec.ImageDim];
        Array.Fill(pixels, value);
        return new CalibrationSet(spec, pixels, Images);
    }

    private static CalibrationSet Repeated(NetworkSpec spec) => Varied(1)(spec).Select(new int[Images], null);

    private static void ClearRows(LinearWeights linear, params int[] first)
    {
        foreach (int row in first.Where((_, i) => i % 2 == 0).SelectMany(start => Enumerable.Range(start, 8)))
        {
            Array.Clear(linear.Weight, row * linear.InFeatures, linear.InFeatures);
            linear.Bias[row] = 0;
        }
    }

    private static void MakeRankOne(LinearWeights linear, params int[] first)
    {
        foreach (int start in first)
        {
            for (int row = start + 1; row < start + 8; row++)
            {
                for (int i = 0; i < linear.InFeatures; i++)
                {
                    linear.Weight[(row * linear.InFeatures) + i] = 0.3f * (row - start) * linear.Weight[(start * linear.InFeatures) + i];
                }

                linear.Bias[row] = 0.3f * (row - start) * linear.Bias[start];
            }
        }
    }

    private static void Scale(LinearWeights linear, int first, int count, float factor)
    {
        for (int i = first * linear.InFeatures; i < (first + count) * linear.InFeatures; i++)
        {
            linear.Weight[i] *= factor;
        }

        for (int row = first; row < first + count; row++)
        {
            linear.Bias[row] *= factor;
        }
    }
}
