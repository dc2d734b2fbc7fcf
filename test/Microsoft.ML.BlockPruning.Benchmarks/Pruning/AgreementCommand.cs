using System.CommandLine;
using System.Globalization;
using Microsoft.ML.BlockPruning.Pruning;
using Microsoft.ML.BlockPruning.Pruning.Refit;
using Microsoft.ML.BlockPruning.Runs;
using Microsoft.ML.BlockPruning.Sparsity;
using Microsoft.ML.BlockPruning.Torch;
using TorchSharp;

namespace Microsoft.ML.BlockPruning.Benchmarks.Pruning;

/// <summary>
/// The verb <c>agreement</c>: the same seed gives the same plan, and another number of libtorch's threads, which sum in another order,
/// nearly the same.
/// </summary>
internal static class AgreementCommand
{
    private static readonly double[] Keeps = [0.5, 0.25];
    private static readonly int[][] Runs = [[2, 2], [1, 2]];

    public static System.CommandLine.Command Create()
    {
        var block = new Option<string>("--block") { Description = "Height x width.", DefaultValueFactory = _ => "16x16" };
        var json = new Option<FileInfo?>("--json") { Description = "File to write the rows to." };
        const string description = "Compares the plans of repeated runs and of 1 and 2 threads.";
        var command = new System.CommandLine.Command("agreement", description) { block, json };
        command.SetAction(parsed => Run(BlockShape.Parse(parsed.GetValue(block)!), parsed.GetValue(json)));
        return command;
    }

    private static int Run(BlockShape block, FileInfo? json)
    {
        LibTorch.EnsureLoaded();
        var subject = PruningSubject.Bundled();
        var rows = new List<AgreementRow>();
        foreach (var (keep, threads) in from keep in Keeps from threads in Runs select (keep, threads))
        {
            var first = Plan(subject, block, keep, threads[0]);
            var second = Plan(subject, block, keep, threads[1]);
            int blocks = first.Masks.Values.Sum(mask => mask.TotalBlocks);
            int same = first.Masks.Sum(entry => Same(entry.Value, second[entry.Key]!));
            rows.Add(new AgreementRow(keep, block.ToString(), threads, blocks, same));
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"keep {keep} in {block}, {threads[0]} and {threads[1]} threads: {same} of {blocks} blocks alike"));
        }

        if (json is not null)
        {
            ResultFile.Write(json.FullName, Environment.ProcessorCount, rows);
        }

        return 0;
    }

    // The refit changes no block, so it is left out.
    private static SparsityPlan Plan(PruningSubject subject, BlockShape block, double keep, int threads)
    {
        torch.set_num_threads(threads);
        var method = PruneMethods.Of(new PruneRequest()) with { Refit = task => new MaskedWeights(task) };
        var settings = PruningSubject.Settings(subject.Weights.Spec, block, keep);
        return new BlockPruner(method).Prune(subject.Weights, subject.Calibration, settings, _ => { }).Plan;
    }

    private static int Same(BlockMask first, BlockMask second) => Enumerable.Range(0, first.TotalBlocks).Count(block =>
    {
        var (row, column) = (block / first.BlockColumns, block % first.BlockColumns);
        return first[row, column] == second[row, column];
    });
}
