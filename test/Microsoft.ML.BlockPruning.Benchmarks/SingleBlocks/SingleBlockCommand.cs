using System.CommandLine;
using System.Globalization;
using Microsoft.ML.BlockPruning.Benchmarks.Pruning;
using Microsoft.ML.BlockPruning.Calibration;
using Microsoft.ML.BlockPruning.Pruning.Criteria;
using Microsoft.ML.BlockPruning.Sparsity;
using Microsoft.ML.BlockPruning.Torch;
using TorchSharp;

namespace Microsoft.ML.BlockPruning.Benchmarks.SingleBlocks;

/// <summary>The verb <c>single-blocks</c>: does block Fisher rank blocks as their removal, one at a time, really costs?</summary>
internal static class SingleBlockCommand
{
    public static System.CommandLine.Command Create()
    {
        var perLayer = new Option<int>("--per-layer") { Description = "Blocks drawn from each layer.", DefaultValueFactory = _ => 12 };
        var block = new Option<string>("--block") { Description = "Height x width.", DefaultValueFactory = _ => "16x16" };
        var json = new Option<FileInfo?>("--json") { Description = "File to write the rows to." };
        const string description = "Compares block Fisher with the KL divergence of removing single blocks of the bundled network.";
        var command = new System.CommandLine.Command("single-blocks", description) { perLayer, block, json };
        command.SetAction(parsed => Run(
            parsed.GetValue(perLayer), BlockShape.Parse(parsed.GetValue(block)!), parsed.GetValue(json)));
        return command;
    }

    private static int Run(int perLayer, BlockShape block, FileInfo? json)
    {
        LibTorch.EnsureLoaded();
        torch.set_num_threads(Environment.ProcessorCount);
        using var scope = torch.NewDisposeScope();
        var subject = PruningSubject.Bundled();
        var layers = PrunableLayer.Of(subject.Weights, block);
        var context = new CriterionContext(subject.Weights, subject.Calibration, layers, seed: 1, () => { }, () => { });
        var importances = new BlockFisherCriterion().Rate(context);
        using var removals = new SingleBlockRemovals(subject.Weights, subject.Calibration);
        var rows = new List<SingleBlockRow>();
        var random = new Random(1);
        foreach (var (layer, rated) in layers.Zip(importances))
        {
            int[] blocks = [.. Enumerable.Range(0, rated.Blocks.TotalBlocks)];
            random.Shuffle(blocks);
            foreach (int drawn in blocks.Take(perLayer))
            {
                var (row, column) = (drawn / rated.Blocks.BlockColumns, drawn % rated.Blocks.BlockColumns);
                double measured = removals.Divergence(rated.Blocks, row, column);
                rows.Add(new SingleBlockRow(layer.Name, row, column, rated[row, column], measured));
            }

            removals.NextLayer();
        }

        double correlation = RankCorrelation.Of([.. rows.Select(row => row.Predicted)], [.. rows.Select(row => row.Measured)]);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{rows.Count} blocks of {block} on {subject.Calibration.Count} images: Spearman's rank correlation {correlation:F3}"));
        if (json is not null)
        {
            ResultFile.Write(json.FullName, Environment.ProcessorCount, rows);
        }

        return 0;
    }
}
