using Microsoft.ML.BlockPruning.Calibration;
using Microsoft.ML.BlockPruning.Kernels.Cpu;
using Microsoft.ML.BlockPruning.Models;
using Microsoft.ML.BlockPruning.Networks;
using Microsoft.ML.BlockPruning.Pruning;
using Microsoft.ML.BlockPruning.Pruning.Allocation;
using Microsoft.ML.BlockPruning.Pruning.Budgets;
using Microsoft.ML.BlockPruning.Pruning.Criteria;
using Microsoft.ML.BlockPruning.Pruning.Refit;
using Microsoft.ML.BlockPruning.Runs;
using Microsoft.ML.BlockPruning.Runs.Reports;
using Microsoft.ML.BlockPruning.Sparsity;

namespace Microsoft.ML.BlockPruning.Tests.Runs;

/// <summary>What the report says besides its figures, of plans made by hand; of whole fits: <see cref="DegenerateInputTests"/>.</summary>
[TestClass]
public sealed class ReportNotesTests
{
    private static readonly PruneRequest HeldOutAndAll = new();

    [TestMethod]
    public void All_OfAnOrdinaryPruning_IsEmpty() => Assert.AreEqual("", Notes());

    [TestMethod]
    public void All_NamesUnitsThatWereRemovedWhole()
    {
        string notes = Notes(plan =>
        {
            Clear(plan["blocks.0.mlp.fc1"]!, (row, _) => row == 0); // units 0 to 7
            Clear(plan["blocks.0.mlp.fc2"]!, (_, column) => column < 2); // and what reads them, and 8 more
            Clear(plan["blocks.1.attn.qkv"]!, (row, _) => row == 5); // v's second half
            Clear(plan["blocks.1.attn.proj"]!, (_, column) => column == 1);
        });

        StringAssert.Contains(notes, "removed whole, with all that reads them: blocks.0.mlp.fc1 8 of 32, blocks.1.attn.qkv 8 of 16;");
    }

    [TestMethod]
    public void All_NamesWhatScoringLeavesOut_WhetherItsRowsAreGoneOrNot()
    {
        string notes = Notes(plan =>
        {
            Clear(plan["blocks.0.mlp.fc2"]!, (_, column) => column is 1 or 2); // of 4; all rows of fc1 stay
            Clear(plan["blocks.1.attn.proj"]!, (_, column) => column == 1);
        });

        StringAssert.Contains(
            notes, "leaves out blocks.0.mlp.fc1 16 of 32 units, blocks.1.attn.qkv 8 of 16 units with 1 of 2 heads; nothing reads it");
        string ofConstants = Notes(plan => Clear(plan["blocks.0.mlp.fc1"]!, (row, _) => row == 0));
        Assert.IsFalse(ofConstants.Contains("leaves out", StringComparison.Ordinal));
    }

    [TestMethod]
    public void All_NamesLayersWithoutABlock()
    {
        string notes = Notes(plan => Clear(plan["blocks.1.attn.proj"]!, (_, _) => true));

        StringAssert.Contains(notes, "No block is left in blocks.1.attn.proj;");
    }

    [TestMethod]
    public void All_NamesLayersThatTheLatencyBudgetLeftDense()
    {
        var options = new PruneRequest { Budget = PruneBudget.Latency(0.5).Request };

        string notes = Notes(options: options, isDense: name => name.EndsWith("proj", StringComparison.Ordinal));

        StringAssert.Contains(notes, "Left dense by the budget of time: blocks.0.attn.proj, blocks.1.attn.proj;");
    }

    [TestMethod]
    public void All_SaysWhatCameOfALatencyBudget()
    {
        string notes = Notes(outcome: new LatencyOutcome(new LatencyRequest(0.6, 32, 2), Promised: 0.598, Dense: 20, Pruned: 12.5));

        StringAssert.Contains(
            notes,
            "Latency at batch 32, 2 threads: 0.6 of the dense network's was asked for, the layers add up to 0.598, and the whole network "
            + "takes 0.625 (12.5 of 20 ms).");
    }

    [TestMethod]
    public void All_SaysHowChoiceAndRefitCameOut()
    {
        StringAssert.Contains(
            Notes(leftAsFitted: ["blocks.0", "blocks.3"]), "did not help on held-out calibration images in blocks.0, blocks.3;");
        StringAssert.Contains(
            Notes(options: new() { Refit = PruneRefit.None }), "Nothing was refitted, so no distortion was measured");
        StringAssert.Contains(
            Notes(prediction: new DivergencePrediction(0.0216, 0.1419)), "0.0216 nats on the images it was made by, 0.142 on others.");
    }

    [TestMethod]
    public void All_SaysWhereThereAreTooFewImagesToTrainLayers()
    {
        StringAssert.Contains(Notes(imageCount: 19), "There are 19 calibration images; to train layers as a whole takes 20");
        Assert.AreEqual("", Notes(imageCount: 19, options: new() { Refit = PruneRefit.Feedback }));
    }

    [TestMethod]
    public void All_SaysWhatWasNotMeasured_AndWhichKernelIsSlower()
    {
        StringAssert.Contains(Notes(hasHeldOut: false), "set ValidationSet, or ValidationSetFraction");
        StringAssert.Contains(Notes(hasLatency: false), "No time was measured");
        StringAssert.Contains(Notes(kernel: "portable"), "runs on the kernel portable; the fastest is avx512");
        StringAssert.Contains(Notes(unlabelled: 3), "3 calibration rows have no label");
        StringAssert.Contains(
            Notes(options: new() { FineTuning = new() }), "Measured distortions are from before fine-tuning");
    }

    /// <summary>40 images, of which layers rest on 10, 16, 16 … : eight layers, 15.25 on average.</summary>
    [TestMethod]
    public void All_SaysOfHowManyImagesImportancesAre()
    {
        string notes = Notes(
            imageCount: 40, effectiveImages: name => name == "blocks.1.mlp.fc1" ? 10 : 16);

        StringAssert.Contains(notes, "weighed as by 15 equally loud images of 40 on average, 10 in blocks.1.mlp.fc1.");
        Assert.DoesNotContain("equally loud", Notes(), "criteria that do not say");
    }

    private static void Clear(BlockMask mask, Func<int, int, bool> isRemoved)
    {
        for (int block = 0; block < mask.TotalBlocks; block++)
        {
            var (row, column) = (block / mask.BlockColumns, block % mask.BlockColumns);
            mask[row, column] &= !isRemoved(row, column);
        }
    }

    /// <summary>The notes on a pruning that removes one block of every layer and whatever is changed.</summary>
    private static string Notes(
        Action<SparsityPlan>? change = null, PruneRequest? options = null, Func<string, bool>? isDense = null,
        bool hasHeldOut = true, bool hasLatency = true, string? kernel = null, long unlabelled = 0,
        DivergencePrediction? prediction = null, string[]? leftAsFitted = null, int imageCount = 20, LatencyOutcome? outcome = null,
        Func<string, double>? effectiveImages = null)
    {
        var weights = TestNetworks.Weights(TestNetworks.Config());
        var plan = new SparsityPlan();
        var importances = new List<LayerImportances>();
        foreach (var layer in PrunableLayer.Of(weights, new BlockShape(8, 8)))
        {
            var rated = new LayerImportances(layer.Name, layer.Blocks) { EffectiveImages = effectiveImages?.Invoke(layer.Name) };
            rated[0, 0] = 1;
            importances.Add(rated);
            if (isDense?.Invoke(layer.Name) != true)
            {
                var mask = layer.Blocks.Clone();
                mask[0, 1] = false;
                plan.Add(layer.Name, mask);
            }
        }

        change?.Invoke(plan);
        var images = new CalibrationSet(weights.Spec, new float[imageCount * weights.Config.ImageDim], imageCount);
        var trace = new PruneTrace(
            new BlockSelection(plan, importances, prediction), new RefitTrace(new Dictionary<string, RefitOutcome>(), leftAsFitted ?? []));
        var pruned = new PrunedNetwork(weights, plan) { Dense = weights, Trace = trace };
        var notes = new ReportNotes(
            options ?? HeldOutAndAll, new CalibrationImages(images, hasHeldOut ? images : null, unlabelled), weights, pruned);
        var latency = new ReportLatency(1, 1, new Dictionary<string, (double Dense, double Pruned)>());
        return string.Join('\n', notes.All(
            [.. LayerSummary.Of(Network(weights, plan)).Select(Report)], hasLatency ? latency : null, outcome,
            kernel ?? CpuKernels.All[0].Name));
    }

    private static SparseViT Network(NetworkWeights weights, SparsityPlan plan) =>
        SparseViT.Create(weights, plan, TestNetworks.Preprocessing(), ["cat", "dog", "owl"]);

    private static LayerReport Report(LayerSummary layer)
    {
        var cost = new CostReport { MultiplyAdds = 1, WeightBytes = 1, EnergyMicrojoules = 1, Milliseconds = 1 };
        return new LayerReport
        {
            Name = layer.Name,
            OutFeatures = layer.OutFeatures,
            InFeatures = layer.InFeatures,
            Block = layer.Block,
            KeptBlocks = layer.KeptBlocks,
            TotalBlocks = layer.TotalBlocks,
            PredictedDistortion = 0,
            MeasuredDistortion = 0,
            Dense = cost,
            Pruned = cost,
        };
    }
}
