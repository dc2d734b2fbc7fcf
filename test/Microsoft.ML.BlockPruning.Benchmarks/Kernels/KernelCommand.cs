using System.CommandLine;
using Microsoft.ML.BlockPruning.Benchmarks.Timing;
using Microsoft.ML.BlockPruning.Kernels.Cpu.Threads;
using Microsoft.ML.BlockPruning.Sparsity;
using Microsoft.ML.BlockPruning.Torch;
using TorchSharp;

namespace Microsoft.ML.BlockPruning.Benchmarks.Kernels;

/// <summary>The verb <c>kernels</c>: linear layers of DeiT-B and DeiT-S, ours beside ONNX Runtime and libtorch.</summary>
internal static class KernelCommand
{
    private const double SampleSeconds = 0.04;

    public static System.CommandLine.Command Create()
    {
        var quick = new Option<bool>("--quick")
        {
            Description = "Batch 1 and 8 with 32x32 blocks in under three minutes; otherwise batch 1, 8 and 32 with 16x16 too.",
        };
        var json = new Option<FileInfo?>("--json") { Description = "File to write the rows to." };
        var threads = new Option<int>("--threads")
        {
            Description = "Threads of all three.",
            DefaultValueFactory = _ => Environment.ProcessorCount,
        };
        const string description = "Times block-sparse linear layers beside ONNX Runtime and libtorch.";
        var command = new System.CommandLine.Command("kernels", description) { quick, json, threads };
        command.SetAction(parsed => Run(parsed.GetValue(quick), parsed.GetValue(json), parsed.GetValue(threads)));
        return command;
    }

    private static int Run(bool quick, FileInfo? json, int threads)
    {
        LibTorch.EnsureLoaded();
        torch.set_num_threads(threads);
        var gate = new ContentionGate();
        using var pool = new WorkerPool(threads);
        var comparison = new KernelComparison(new InterleavedRounds(gate, 9, SampleSeconds), pool);
        var table = new KernelTable();
        foreach (var block in quick ? [new BlockShape(32, 32)] : new[] { new BlockShape(32, 32), new BlockShape(16, 16) })
        {
            foreach (int batch in quick ? new[] { 1, 8 } : [1, 8, 32])
            {
                foreach (var shape in LayerShape.DeiT)
                {
                    table.Add(comparison.Measure(shape, batch, block));
                }
            }
        }

        table.Summarize(gate);
        if (json is not null)
        {
            ResultFile.Write(json.FullName, threads, table.Rows);
        }

        return 0;
    }
}
