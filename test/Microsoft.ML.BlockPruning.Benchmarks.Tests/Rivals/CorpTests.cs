using Microsoft.ML.BlockPruning.Benchmarks.Rivals;
using Microsoft.ML.BlockPruning.Calibration;
using Microsoft.ML.BlockPruning.Networks;
using Microsoft.ML.BlockPruning.Networks.Families;

namespace Microsoft.ML.BlockPruning.Benchmarks.Tests.Rivals;

/// <summary>On a network of width 32: 5 tokens, 2 layers, 4 heads of 8, MLPs of 48, 4 patches of 16 pixels, 5 classes.</summary>
[TestClass]
public sealed class CorpTests
{
    private const int Width = 32, Tokens = 5, Layers = 2, Heads = 4, Hidden = 48;
    private const long Unit = 2 * Width * Tokens * Layers; // one of each layer
    private readonly SmallNetwork _network = new(channels: 1, isDistilled: false);

    private NetworkWeights Dense => _network.Weights;

    [TestMethod]
    [DataRow(0.9)]
    [DataRow(0.7)]
    [DataRow(0.5)]
    [DataRow(0.4)]
    public void Sizes_MeetTheBudgetToOneUnitOfEachLayer(double keep)
    {
        var sizes = CorpSizes.For(Dense.Spec, keep)!;
        var attention = (AttentionSpec)((BranchSpec)Dense.Spec.Steps[0]).Middle;
        long kept = MultiplyAdds(sizes.DimsOf(attention), sizes.UnitsOf((BranchSpec)Dense.Spec.Steps[1]));
        double budget = keep * MultiplyAdds(8, Hidden);

        Assert.IsTrue(kept <= budget && kept > budget - Unit, $"{kept} of {budget}");
        Assert.AreEqual((double)kept / MultiplyAdds(8, Hidden), sizes.KeptMultiplyAdds, 1e-12);
    }

    [TestMethod]
    public void Sizes_AreOneShareOfBoth()
    {
        // Half of each: 4 of 8 dimensions and 24 of 48 units.
        var sizes = CorpSizes.For(Dense.Spec, (double)MultiplyAdds(4, 24) / MultiplyAdds(8, Hidden))!;

        Assert.AreEqual(4, sizes.DimsOf((AttentionSpec)((BranchSpec)Dense.Spec.Steps[0]).Middle));
        Assert.AreEqual(24, sizes.UnitsOf((BranchSpec)Dense.Spec.Steps[1]));
    }

    [TestMethod]
    public void Keep_BelowWhatIsNeverRemovedIsRefused()
    {
        double least = (double)MultiplyAdds(1, 1) / MultiplyAdds(8, Hidden);

        Assert.AreEqual(least + 0.001, new Corp().KeepOf(Dense.Spec, least + 0.001));
        Assert.IsNull(new Corp().KeepOf(Dense.Spec, least - 0.001));
    }

    [TestMethod]
    public void Network_LosesWholeUnitsAndDimensions()
    {
        var pruned = Prune((double)MultiplyAdds(4, 24) / MultiplyAdds(8, Hidden)).Weights;

        foreach (var step in Dense.Spec.Steps.Cast<BranchSpec>())
        {
            var (first, second) = (pruned[step.First], pruned[step.Second]);
            bool[] zeroRows = [.. Enumerable.Range(0, first.OutFeatures).Select(row => IsZeroRow(first, row))];
            if (step.Middle is GeluSpec)
            {
                Assert.AreEqual(24, zeroRows.Count(isZero => isZero), first.Name);
                for (int unit = 0; unit < Hidden; unit++)
                {
                    bool isZero = Enumerable.Range(0, Width).All(row => second.Weight[(row * Hidden) + unit] == 0);
                    Assert.AreEqual(zeroRows[unit], isZero, $"{second.Name}, input {unit}");
                }
            }
            else
            {
                for (int head = 0; head < 2 * Heads; head++)
                {
                    Assert.AreEqual(4, zeroRows.AsSpan(head * 8, 8).Count(true), $"{first.Name}, q and k {head}");
                }

                CollectionAssert.AreEqual(zeroRows[..Width], zeroRows[Width..(2 * Width)], "q and k lose the same dimensions.");
                CollectionAssert.AreEqual(Dense[step.First].Weight[(2 * Width * Width)..], first.Weight[(2 * Width * Width)..], "v stays.");
                CollectionAssert.AreEqual(Dense[step.Second].Weight, second.Weight, second.Name);
            }
        }
    }

    [TestMethod]
    public void Network_ThatKeepsAllIsTheDenseOne()
    {
        var pruned = Prune(1);

        foreach (var (before, after) in Dense.Tensors.Zip(pruned.Weights.Tensors))
        {
            CollectionAssert.AreEqual(before.Values, after.Values, before.Name);
        }

        Assert.AreEqual(1, pruned.KeptMultiplyAdds);
    }

    // Half of the hidden units give gelu(0.01) always: they go first, and the bias of fc2 takes up all that they said.
    [TestMethod]
    public void Mlp_LosesConstantUnitsWithoutAnyChange()
    {
        var dense = Dense.Clone();
        foreach (var step in dense.Spec.Steps.Cast<BranchSpec>().Where(step => step.Middle is GeluSpec))
        {
            Array.Clear(dense[step.First].Weight, 0, Hidden / 2 * Width);
            Array.Fill(dense[step.First].Bias, 0.01f, 0, Hidden / 2);
        }

        var pruned = ForwardWalk.Run(dense, CalibrationOf(dense), (step, module, streams) =>
        {
            if (((BranchSpec)step).Middle is GeluSpec)
            {
                new CorpMlp(module, streams).Prune(Hidden / 2);
            }
        });

        foreach (var step in dense.Spec.Steps.Cast<BranchSpec>().Where(step => step.Middle is GeluSpec))
        {
            Assert.IsTrue(Enumerable.Range(0, Hidden / 2).All(unit => IsZeroRow(pruned[step.First], unit)), "The constant ones go.");
        }

        AssertSameLogits(dense, pruned, 1e-4);
    }

    // E[h²] · P(|h| > 0.01 rms) by loops; every other unit speaks seldom but loudly, so that P decides too.
    [TestMethod]
    public void Mlp_LosesTheUnitsOfTheLowestScores()
    {
        var dense = Dense.Clone();
        var mlp = (BranchSpec)dense.Spec.Steps[1];
        for (int unit = 0; unit < Hidden; unit += 2)
        {
            CopyRow(dense[mlp.First], unit, unit, 4);
            dense[mlp.First].Bias[unit] = -5;
        }

        double[] energies = new double[Hidden], scores = new double[Hidden];
        var pruned = ForwardWalk.Run(dense, CalibrationOf(dense), (step, module, streams) =>
        {
            if (step == mlp)
            {
                float[] hidden = module.InputOf(1, streams[0]).contiguous().data<float>().ToArray();
                double threshold = 0.01 * Math.Sqrt(hidden.Average(h => (double)h * h));
                for (int unit = 0; unit < Hidden; unit++)
                {
                    float[] values = [.. hidden.Where((_, i) => i % Hidden == unit)];
                    energies[unit] = values.Average(h => (double)h * h);
                    scores[unit] = energies[unit] * values.Count(h => Math.Abs(h) > threshold) / values.Length;
                }

                new CorpMlp(module, streams).Prune(Hidden / 2);
            }
        });

        int[] removed = [.. Enumerable.Range(0, Hidden).Where(unit => IsZeroRow(pruned[mlp.First], unit))];
        int[] LowestOf(double[] values) =>
            [.. Enumerable.Range(0, Hidden).OrderBy(unit => values[unit]).Take(Hidden / 2).Order()];
        CollectionAssert.AreEqual(LowestOf(scores), removed);
        CollectionAssert.AreNotEqual(LowestOf(energies), removed, "The test says nothing of P.");
    }

    // Half of the dimensions of each k are the doubles of the others: with small q's they go, and the logits lose nothing.
    [TestMethod]
    public void Attention_LosesRepeatedDimensionsWithoutAnyChange()
    {
        var dense = Dense.Clone();
        foreach (var step in dense.Spec.Steps.Cast<BranchSpec>().Where(step => step.Middle is AttentionSpec))
        {
            var qkv = dense[step.First];
            for (int head = 0; head < Heads; head++)
            {
                for (int i = 0; i < 4; i++)
                {
                    CopyRow(qkv, (head * 8) + i, (head * 8) + 4 + i, 0.01f);
                    CopyRow(qkv, Width + (head * 8) + i, Width + (head * 8) + 4 + i, 0.1f);
                }
            }
        }

        var pruned = ForwardWalk.Run(dense, CalibrationOf(dense), (step, module, streams) =>
        {
            if (((BranchSpec)step).Middle is AttentionSpec attention)
            {
                new CorpAttention(attention, module, streams).Prune(4);
            }
        });

        Assert.IsTrue(IsZeroRow(pruned[((BranchSpec)dense.Spec.Steps[0]).First], 4), "The small ones go.");
        AssertSameLogits(dense, pruned, 1e-4);
    }

    [TestMethod]
    public void Network_WithWindowsIsRefused()
    {
        var swin = Swin.Of(new SwinSizes(28, 2, 1, [new SwinStage(8, 2, 1, 7, 16)], NumClasses: 10));

        Assert.ThrowsExactly<NotSupportedException>(() => new Corp().KeepOf(swin, 0.5));
    }

    // Patches, head, v, proj and attention · v; q and k with q kᵀ; MLPs.
    private static long MultiplyAdds(int dims, int units) =>
        (4 * 16 * Width) + (5 * Width)
        + (Layers * ((2 * Width * Width * Tokens) + (Tokens * Tokens * Width)))
        + (Layers * Heads * dims * ((2 * Width * Tokens) + (Tokens * Tokens)))
        + (units * Unit);

    private static bool IsZeroRow(LinearWeights linear, int row) =>
        linear.Bias[row] == 0 && !linear.Weight.AsSpan(row * linear.InFeatures, linear.InFeatures).ContainsAnyExcept(0f);

    private static void CopyRow(LinearWeights linear, int from, int to, float factor)
    {
        linear.Bias[to] = factor * linear.Bias[from];
        for (int i = 0; i < linear.InFeatures; i++)
        {
            linear.Weight[(to * linear.InFeatures) + i] = factor * linear.Weight[(from * linear.InFeatures) + i];
        }
    }

    private CalibrationSet CalibrationOf(NetworkWeights network) => new(network.Spec, _network.Pixels, SmallNetwork.Images);

    private RivalNetwork Prune(double keep) => new Corp().Prune(Dense, CalibrationOf(Dense), keep);

    private void AssertSameLogits(NetworkWeights dense, NetworkWeights pruned, double tolerance)
    {
        var (expected, actual) = (_network.LogitsOf(dense), _network.LogitsOf(pruned));
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.AreEqual(expected[i], actual[i], tolerance, $"logit {i}");
        }
    }
}
