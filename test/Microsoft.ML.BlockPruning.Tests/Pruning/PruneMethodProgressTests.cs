using Microsoft.ML.BlockPruning.Networks;
using Microsoft.ML.BlockPruning.Pruning;
using Microsoft.ML.BlockPruning.Pruning.Allocation;
using Microsoft.ML.BlockPruning.Pruning.Budgets;
using Microsoft.ML.BlockPruning.Pruning.Criteria;
using Microsoft.ML.BlockPruning.Runs;
using Microsoft.ML.BlockPruning.Sparsity;
using Microsoft.ML.BlockPruning.Tests.Torch;

namespace Microsoft.ML.BlockPruning.Tests.Pruning;

/// <summary>What every way to prune reports, and that it ends wherever a report throws.</summary>
[TestClass]
public sealed class PruneMethodProgressTests
{
    private static readonly NetworkWeights Dense = TinyNetwork.Weights(TinyNetwork.Config(), seed: 3);

    private TensorLeakGuard _guard = null!;

    public static IEnumerable<(PruneAllocation Allocation, PruneRefit Refit, int Shots)> Methods =>
        Enum.GetValues<PruneAllocation>().Select(allocation => (allocation, PruneRefit.Feedback, 2))
            .Concat(Enum.GetValues<PruneRefit>().Select(refit => (PruneAllocation.Global, refit, 1)));

    [TestInitialize]
    public void StartGuard() => _guard = TensorLeakGuard.Start();

    [TestCleanup]
    public void CheckGuard() => _guard.AssertNothingLeaked();

    [TestMethod]
    [DynamicData(nameof(Methods))]
    public void Prune_ReportsEveryStageOfEveryShotFromItsBeginningToItsEnd(PruneAllocation allocation, PruneRefit refit, int shots)
    {
        var reports = new List<PruneProgress>();

        Prune(allocation, refit, shots, reports.Add);

        // Reading, fine-tuning and measuring are not pruning; shot after shot.
        CollectionAssert.AreEqual(
            (from shot in Enumerable.Range(1, shots)
             from stage in Enum.GetValues<PruneStage>()[1..^2]
             select (shot, stage)).ToArray(),
            reports.Select(report => (report.Shot, report.Stage)).Distinct().ToArray());
        Assert.IsTrue(reports.All(report => report.Shots == shots));
        foreach (var stage in reports.GroupBy(report => (report.Shot, report.Stage)))
        {
            CollectionAssert.AreEqual(
                Enumerable.Range(0, stage.First().Total + 1).ToArray(), stage.Select(report => report.Done).ToArray(), $"{stage.Key}");
        }
    }

    [TestMethod]
    [DataRow(PruneAllocation.MeasuredCurves, PruneRefit.Feedback, 2)]
    [DataRow(PruneAllocation.InteractionAware, PruneRefit.LayerByLayer, 2)]
    [DataRow(PruneAllocation.Uniform, PruneRefit.None, 2)]
    public void Prune_EndsInTheExceptionOfTheCallbackWhereverItComes(PruneAllocation allocation, PruneRefit refit, int shots)
    {
        var before = Dense.Clone();
        int total = 0;
        Prune(allocation, refit, shots, _ => total++, images: 6);
        for (int last = 0; last < total; last += Math.Max(1, total / 8))
        {
            int left = last;
            var cancel = new OperationCanceledException("stop");

            var error = Assert.ThrowsExactly<OperationCanceledException>(() => Prune(allocation, refit, shots, _ =>
            {
                if (left-- == 0)
                {
                    throw cancel;
                }
            }, images: 6));

            Assert.AreSame(cancel, error);
        }

        foreach (var (left, right) in before.Tensors.Zip(Dense.Tensors))
        {
            CollectionAssert.AreEqual(left.Values, right.Values, left.Name);
        }
    }

    [TestMethod]
    [DynamicData(nameof(Methods))]
    public void Prune_IsRepeatableBitForBit(PruneAllocation allocation, PruneRefit refit, int shots)
    {
        var first = Prune(allocation, refit, shots, _ => { });
        var second = Prune(allocation, refit, shots, _ => { });

        Assert.AreEqual(first.Plan.ToJson(), second.Plan.ToJson());
        Assert.AreEqual(first.Trace!.Selection.Prediction, second.Trace!.Selection.Prediction);
        foreach (var (left, right) in first.Weights.Tensors.Zip(second.Weights.Tensors))
        {
            CollectionAssert.AreEqual(left.Values, right.Values, left.Name);
        }
    }

    private static PrunedNetwork Prune(
        PruneAllocation allocation, PruneRefit refit, int shots, Action<PruneProgress> onProgress, int images = 70)
    {
        var cost = new NetworkCost(Dense.Spec);
        var rules = new LayerRules(new BlockShape(2, 3), floor: 0.2, dense: ["blocks.1.attn.proj"]);
        var settings = new PruneSettings
        {
            Layers = rules,
            Constraints =
            [
                PruneConstraint.Keep(
                    0.6, new FlopsCostModel(cost, rules.GridsOf(rules.LayersOf(Dense))), cost.TotalMultiplyAdds, "multiply-adds"),
            ],
            Seed = 1,
        };
        var method = new PruneMethod
        {
            Selection = PruneMethods.SelectionOf(allocation, new ObsPathCriterion()),
            Refit = PruneMethods.RefitOf(refit),
            Shots = shots,
        };
        return new BlockPruner(method).Prune(Dense, TinyNetwork.Calibration(Dense.Config, images), settings, onProgress);
    }
}
