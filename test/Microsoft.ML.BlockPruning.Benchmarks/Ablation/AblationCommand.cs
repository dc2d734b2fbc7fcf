using System.CommandLine;
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
        var keeps = Several(
            "--keep", "Kept fractions of the multiply-adds; SparseGpt has the one share that it keeps.", [0.9, 0.7, 0.5, 0.35, 0.25, 0.15]);
        var blocks = Several("--block", "Height x width; Corp and SparseGpt have none.", ["8x8", "16x16", "32x32"]);
        var seeds = Several("--seed", "Seeds of the sampled labels; Corp and SparseGpt draw none.", [1L, 2L, 3L]);
        var images = Several("--images", "Calibration images, the first of the bundled ones.", [AblationSubject.AllImages]);
        var json = new Option<FileInfo?>("--json")
        {
            Description = "File to write the rows to, after every row. Rows that it holds already (same network, images, seed, method, "
                + "keep and block) stay and are not computed again, so a run that was stopped goes on where it was; delete the file to "
                + "start anew.",
        };
        images.Validators.Add(result =>
        {
            foreach (int count in result.GetValueOrDefault<int[]>()!.Where(count => count is < 1 or > AblationSubject.AllImages))
            {
                result.AddError($"--images {count}: give 1 to {AblationSubject.AllImages}.");
            }
        });
        var command = new System.CommandLine.Command("ablation", "Compares criteria, allocations, refits and rivals on trained networks.")
        {
            networks, methods, keeps, blocks, seeds, images, json,
        };
        command.SetAction(parsed => Run(
            from network in parsed.GetValue(networks)!
            from count in parsed.GetValue(images)!
            from block in parsed.GetValue(blocks)!
            from seed in parsed.GetValue(seeds)!
            select new AblationSetting(network, count, BlockShape.Parse(block), seed),
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

    private static int Run(IEnumerable<AblationSetting> settings, AblationMethod[] methods, double[] keeps, FileInfo? json)
    {
        LibTorch.EnsureLoaded();
        torch.set_num_threads(Environment.ProcessorCount);
        var table = new AblationTable(json);
        Console.WriteLine($"{table.Count} rows are there already");
        var fill = new AblationFill(table, methods, keeps);
        foreach (var setting in settings)
        {
            fill.Add(setting);
        }

        return 0;
    }
}
