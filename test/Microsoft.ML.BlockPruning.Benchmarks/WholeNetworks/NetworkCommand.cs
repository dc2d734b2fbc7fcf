using System.CommandLine;
using Microsoft.ML.BlockPruning.Benchmarks.Pruning;
using Microsoft.ML.BlockPruning.Benchmarks.Timing;
using Microsoft.ML.BlockPruning.Torch;
using TorchSharp;

namespace Microsoft.ML.BlockPruning.Benchmarks.WholeNetworks;

/// <summary>The verb <c>networks</c>: whole forward passes, ours beside ONNX Runtime fp32 and int8 and libtorch.</summary>
internal static class NetworkCommand
{
    private const double SampleSeconds = 0.05;

    public static System.CommandLine.Command Create()
    {
        var networks = new Option<PruningNetwork[]>("--network")
        {
            Description = "Networks; all where none is named.",
            AllowMultipleArgumentsPerToken = true,
            DefaultValueFactory = _ => Enum.GetValues<PruningNetwork>(),
        };
        var batches = new Option<int[]>("--batch")
        {
            Description = "Images of a run; 1 and 32 of the bundled network, 1 and 8 of DeiT where none are named.",
            AllowMultipleArgumentsPerToken = true,
        };
        var quick = new Option<bool>("--quick") { Description = "Three rounds instead of eleven: to see that it runs, not to quote." };
        var models = new Option<DirectoryInfo?>("--models")
        {
            Description = "Folder in which pruned networks are kept, so that a second run only times. Empty it when the library changes.",
        };
        var json = new Option<FileInfo?>("--json")
        {
            Description = "File to write the rows to. Rows of other networks and batches that it holds stay.",
        };
        var references = new Option<FileInfo?>("--references")
        {
            Description = "File to write the bundled network's figures at batch 1 to, for blockprune report --references.",
        };
        var threads = new Option<int>("--threads") { Description = "Threads of every variant.", DefaultValueFactory = _ => 2 };
        const string description = "Times whole networks beside ONNX Runtime fp32 and int8 and libtorch, and measures accuracy.";
        var command = new System.CommandLine.Command("networks", description)
        {
            networks, batches, quick, models, json, references, threads,
        };
        command.Validators.Add(parsed =>
        {
            bool hasBatch = parsed.GetValue(batches) is { Length: 0 } or null || parsed.GetValue(batches)!.Contains(1);
            if (parsed.GetValue(references) is not null && !(hasBatch && parsed.GetValue(networks)!.Contains(PruningNetwork.Bundled)))
            {
                parsed.AddError("--references are the bundled network's at batch 1: measure --network Bundled --batch 1 too.");
            }
        });
        command.SetAction(parsed => Run(
            parsed.GetValue(networks)!, parsed.GetValue(batches)!, parsed.GetValue(quick), new PrunedModels(parsed.GetValue(models)),
            new NetworkTable(parsed.GetValue(json), parsed.GetValue(threads)), parsed.GetValue(references), parsed.GetValue(threads)));
        return command;
    }

    private static int Run(
        PruningNetwork[] networks, int[] batches, bool quick, PrunedModels models, NetworkTable table, FileInfo? references, int threads)
    {
        LibTorch.EnsureLoaded();
        torch.set_num_threads(threads);
        var gate = new ContentionGate();
        var comparison = new NetworkComparison(new InterleavedRounds(gate, quick ? 3 : 11, SampleSeconds), threads);
        foreach (var network in networks)
        {
            var subject = NetworkSubject.Of(network, models);
            foreach (int batch in batches.Length > 0 ? batches : subject.Batches)
            {
                var rows = comparison.Measure(subject, batch);
                table.Replace(rows);
                if (references is not null && network == PruningNetwork.Bundled && batch == 1)
                {
                    NetworkReferences.Write(references.FullName, subject.Weights.Config, rows);
                }
            }
        }

        NetworkTable.Summarize(gate);
        return 0;
    }
}
