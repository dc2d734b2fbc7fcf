using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Microsoft.ML.BlockPruning.Sparsity;
using Microsoft.ML.BlockPruning.Torch;
using TorchSharp;

namespace Microsoft.ML.BlockPruning.Benchmarks.Ablation;

/// <summary>The verb <c>ablation</c>: prunes trained networks by every method at every budget and judges them on test images.</summary>
internal static class AblationCommand
{
    public static System.CommandLine.Command Create()
    {
        var networks = Several("--network", "Networks.", Enum.GetValues<AblationNetwork>());
        var methods = Several("--method", "Methods.", Enum.GetValues<AblationMethod>());
        var keeps = Several("--keep", "Kept fractions of the multiply-adds.", [0.7, 0.5, 0.35, 0.25]);
        var blocks = Several("--block", "Height x width.", ["8x8", "16x16", "32x32"]);
        var seeds = Several("--seed", "Seeds of the sampled labels.", [1L, 2L, 3L]);
        var json = new Option<FileInfo?>("--json")
        {
            Description = "File to write the rows to, after every row. Rows that it holds already (same network, seed, method, keep and "
                + "block) stay and are not computed again, so a run that was stopped goes on where it was; delete the file to start anew.",
        };
        var command = new System.CommandLine.Command("ablation", "Compares criteria, allocations and refits on trained networks.")
        {
            networks, methods, keeps, blocks, seeds, json,
        };
        command.SetAction(parsed => Run(
            from network in parsed.GetValue(networks)!
            from block in parsed.GetValue(blocks)!
            from seed in parsed.GetValue(seeds)!
            select (network, BlockShape.Parse(block), seed),
            parsed.GetValue(methods)!,
            parsed.GetValue(keeps)!,
            parsed.GetValue(json)));
        return command;
    }

    private static Option<T[]> Several<T>(string name, string description, T[] values) => new(name)
    {
        Description = description,
        AllowMultipleArgumentsPerToken = true,
        DefaultValueFactory = _ => values,
    };

    private static int Run(
        IEnumerable<(AblationNetwork Network, BlockShape Block, long Seed)> settings,
        AblationMethod[] methods,
        double[] keeps,
        FileInfo? json)
    {
        LibTorch.EnsureLoaded();
        torch.set_num_threads(Environment.ProcessorCount);
        var subjects = new Dictionary<AblationNetwork, AblationSubject>();
        var table = new AblationTable(json);
        Console.WriteLine($"{table.Count} rows are there already");
        foreach (var (network, block, seed) in settings)
        {
            var missing = (from method in methods
                           from keep in keeps
                           where !table.Contains(NameOf(network), seed, method, keep, block.ToString())
                           select (method, keep)).ToList();
            if (missing.Count == 0)
            {
                continue;
            }

            if (!subjects.TryGetValue(network, out var subject))
            {
                subjects.Add(network, subject = AblationSubject.Of(network));
            }

            var run = new AblationRun(subject, block, seed);
            foreach (var (method, keep) in missing)
            {
                table.Add(Row(network, subject, run, seed, method, keep, block));
            }
        }

        return 0;
    }

    private static string NameOf(AblationNetwork network) => network switch
    {
        AblationNetwork.Bundled => "bundled",
        AblationNetwork.Small => "small",
        _ => throw new ArgumentOutOfRangeException(nameof(network), network, "Not a network of this benchmark."),
    };

    private static AblationRow Row(
        AblationNetwork network, AblationSubject subject, AblationRun run, long seed, AblationMethod method, double keep, BlockShape block)
    {
        var clock = Stopwatch.StartNew();
        var pruned = run.Prune(method, keep);
        double seconds = clock.Elapsed.TotalSeconds;
        var (top1, kl) = subject.Judge(pruned.Weights);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{network,-8} seed {seed} {block,-6} keep {keep,-5} {method,-25} top-1 {top1:F2} of {subject.DenseTop1:F2} %   KL {kl:F4}   "
            + $"pruned in {seconds:F1} s"));
        if (pruned.Trace?.Selection.Prediction is { } prediction)
        {
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"    predicted KL before the refit {prediction.Fit:F4}, on images held out {prediction.HeldOut:F4}"));
        }

        return new AblationRow(
            NameOf(network), seed, method.ToString(), keep, block.ToString(), FineTuned: false,
            Math.Round(top1, 2), Math.Round(subject.DenseTop1, 2), Math.Round(kl, 5), Math.Round(run.KeptBy(pruned.Plan), 5));
    }
}
