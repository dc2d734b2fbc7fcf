using System.CommandLine;
using System.Globalization;
using Microsoft.ML.BlockPruning.Sparsity;
using Microsoft.ML.BlockPruning.Training;
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
        var json = new Option<FileInfo?>("--json") { Description = "File to write the rows to; written after every row." };
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
        var rows = new List<AblationRow>();
        foreach (var (network, block, seed) in settings)
        {
            if (!subjects.TryGetValue(network, out var subject))
            {
                subjects.Add(network, subject = AblationSubject.Of(network));
            }

            using var run = new AblationRun(subject, block, seed);
            foreach (var (method, keep) in from method in methods from keep in keeps select (method, keep))
            {
                rows.Add(Row(network, subject, run, seed, method, keep, block));
                if (json is not null)
                {
                    ResultFile.Write(json.FullName, Environment.ProcessorCount, rows);
                }
            }
        }

        return 0;
    }

    private static AblationRow Row(
        AblationNetwork network, AblationSubject subject, AblationRun run, long seed, AblationMethod method, double keep, BlockShape block)
    {
        var pruned = run.Prune(method, keep);
        var (top1, kl) = subject.Judge(pruned.Weights);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{network,-8} seed {seed} {block,-6} keep {keep,-5} {method,-25} top-1 {top1:F2} of {subject.DenseTop1:F2} %   KL {kl:F4}"));
        return new AblationRow(
            network == AblationNetwork.Bundled ? "bundled" : "small", seed, method.ToString(), keep, block.ToString(), FineTuned: false,
            Math.Round(top1, 2), Math.Round(subject.DenseTop1, 2), Math.Round(kl, 5), Math.Round(run.KeptBy(pruned.Plan), 5));
    }
}
