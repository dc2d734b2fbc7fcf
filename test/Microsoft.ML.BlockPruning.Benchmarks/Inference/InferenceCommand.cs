using System.CommandLine;
using Microsoft.ML.BlockPruning.Benchmarks.Timing;
using Microsoft.ML.BlockPruning.Formats;
using Microsoft.ML.BlockPruning.Torch;
using TorchSharp;

namespace Microsoft.ML.BlockPruning.Benchmarks.Inference;

/// <summary>The verb <c>inference</c>: float32, bfloat16 and int8, block-sparse, beside ONNX Runtime fp32 and int8 and libtorch.</summary>
internal static class InferenceCommand
{
    private const double SampleSeconds = 0.05;
    private const int Rounds = 9, QuickRounds = 5;

    public static System.CommandLine.Command Create()
    {
        var networks = new Option<InferenceNetwork[]>("--network")
        {
            Description = "Networks; all where none is named, DeiT-S and DeiT-B with --quick.",
            AllowMultipleArgumentsPerToken = true,
        };
        var batches = new Option<int[]>("--batch")
        {
            Description = "Images of a run; 1, 8 and 32 where none are named, 1 and 8 with --quick.",
            AllowMultipleArgumentsPerToken = true,
        };
        var keeps = new Option<double[]>("--keep")
        {
            Description = "Shares of blocks, in (0, 1], besides 1; 0.5, 0.25 and 0.1 where none are named, 0.5 and 0.25 with --quick.",
            AllowMultipleArgumentsPerToken = true,
        };
        var quick = new Option<bool>("--quick") { Description = "Fewer of all, and no libtorch: some minutes." };
        var json = new Option<FileInfo?>("--json") { Description = "File to write the rows to; those of other networks and batches stay." };
        var threads = new Option<int>("--threads") { Description = "Threads of every variant.", DefaultValueFactory = _ => 2 };
        const string description = "Times whole networks in every format beside ONNX Runtime fp32 and int8 and libtorch, in one process.";
        var command = new System.CommandLine.Command("inference", description) { networks, batches, keeps, quick, json, threads };
        command.Validators.Add(parsed =>
        {
            if (parsed.GetValue(keeps) is { } named && Array.Exists(named, keep => !(keep > 0 && keep <= 1)))
            {
                parsed.AddError("--keep is above 0 and at most 1.");
            }

            if (parsed.GetValue(batches) is { } sizes && Array.Exists(sizes, size => size is < 1 or > InferenceSubject.Images))
            {
                parsed.AddError($"--batch is 1 to {InferenceSubject.Images}.");
            }
        });
        command.SetAction(parsed =>
        {
            bool isQuick = parsed.GetValue(quick);
            return Run(
                Named(
                    parsed.GetValue(networks),
                    isQuick ? [InferenceNetwork.DeiTS, InferenceNetwork.DeiTB] : Enum.GetValues<InferenceNetwork>()),
                Named(parsed.GetValue(batches), isQuick ? [1, 8] : [1, 8, 32]),
                [.. Named(parsed.GetValue(keeps), isQuick ? [0.5, 0.25] : [0.5, 0.25, 0.1]).Append(1).Distinct().OrderDescending()],
                isQuick, parsed.GetValue(json), parsed.GetValue(threads));
        });
        return command;
    }

    private static T[] Named<T>(T[]? named, T[] usual) => named is { Length: > 0 } ? named : usual;

    private static int Run(InferenceNetwork[] networks, int[] batches, double[] keeps, bool isQuick, FileInfo? json, int threads)
    {
        LibTorch.EnsureLoaded();
        torch.set_num_threads(threads);
        var gate = new ContentionGate();
        var rounds = new InterleavedRounds(gate, isQuick ? QuickRounds : Rounds, SampleSeconds);
        var comparison = new InferenceComparison(rounds, threads, hasTorch: !isQuick);
        var table = new InferenceTable(json, threads);
        foreach (var network in networks)
        {
            var subject = new InferenceSubject(network);
            foreach (int batch in batches)
            {
                table.Replace(comparison.Measure(subject, batch, keeps, Enum.GetValues<ProductFormat>()));
            }
        }

        Console.WriteLine($"\n{gate.Clean} samples ran undisturbed, {gate.Unclean} did not.");
        return 0;
    }
}
