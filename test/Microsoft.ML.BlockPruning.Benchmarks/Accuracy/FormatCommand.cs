using System.CommandLine;
using System.Globalization;
using Microsoft.ML.BlockPruning.Benchmarks.Pruning;
using Microsoft.ML.BlockPruning.Benchmarks.WholeNetworks;
using Microsoft.ML.BlockPruning.Calibration;
using Microsoft.ML.BlockPruning.Formats;
using Microsoft.ML.BlockPruning.Inference.Cpu;
using Microsoft.ML.BlockPruning.Measurement;
using Microsoft.ML.BlockPruning.Models;
using Microsoft.ML.BlockPruning.Sparsity;

namespace Microsoft.ML.BlockPruning.Benchmarks.Accuracy;

/// <summary>The verb <c>formats</c>: what bfloat16 and 8-bit products cost in accuracy on the bundled network's test images.</summary>
internal static class FormatCommand
{
    private const int Batch = 50;

    public static System.CommandLine.Command Create()
    {
        var models = new Option<DirectoryInfo?>("--models") { Description = "Folder in which pruned networks are kept." };
        var json = new Option<FileInfo?>("--json") { Description = "File to write the rows to." };
        const string description = "Compares bfloat16 and int8 with float32 at the same masks of the bundled network, on all test images.";
        var command = new System.CommandLine.Command("formats", description) { models, json };
        command.SetAction(parsed => Run(new PrunedModels(parsed.GetValue(models)), parsed.GetValue(json)));
        return command;
    }

    private static int Run(PrunedModels models, FileInfo? json)
    {
        var subject = NetworkSubject.Of(PruningNetwork.Bundled, models);
        int threads = Environment.ProcessorCount;
        var rows = new List<FormatRow>();
        foreach (var network in (SparseViT[])[NetworkSubject.Sparse(subject.Weights, new SparsityPlan()), .. subject.Pruned])
        {
            float[] float32 = LogitsOf(network, ProductFormat.Float32, subject.Images, threads, out _);
            foreach (var format in Enum.GetValues<ProductFormat>())
            {
                float[] logits = LogitsOf(network, format, subject.Images, threads, out string kernels);
                rows.Add(RowOf(subject, network, format, kernels, float32, logits));
                Print(rows[^1]);
            }
        }

        if (json is not null)
        {
            ResultFile.Write(json.FullName, threads, rows);
        }

        return 0;
    }

    private static FormatRow RowOf(
        NetworkSubject subject, SparseViT network, ProductFormat format, string kernels, float[] float32, float[] logits)
    {
        int[] labels = subject.Images.Labels!;
        var fidelity = Fidelity.Of(float32, logits, network.Spec.NumClasses);
        double top1 = Fidelity.Top1(logits, labels);
        double keep = (double)network.MultiplyAdds / network.DenseMultiplyAdds;
        return new FormatRow(
            subject.Name, Math.Round(keep, 3), format, kernels, labels.Length, top1,
            Math.Round(100 * (Fidelity.Top1(float32, labels) - top1), 3),
            Math.Round(100 * Fidelity.Top1StandardError(float32, logits, labels), 3), fidelity.Top1Agreement, fidelity.Kl);
    }

    private static float[] LogitsOf(SparseViT network, ProductFormat format, CalibrationSet images, int threads, out string kernels)
    {
        using var session = new SparseViTSession(network.With(new LayerFormats(format)), threads);
        kernels = session.Kernel.NameOf([format]);
        int classes = network.Spec.NumClasses;
        float[] logits = new float[images.Count * classes];
        for (int first = 0; first < images.Count; first += Batch)
        {
            int count = Math.Min(Batch, images.Count - first);
            session.Score(images.ImagesAt(first, count), count, logits.AsSpan(first * classes, count * classes));
        }

        return logits;
    }

    private static void Print(FormatRow row) => Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"keep {row.Keep,5:F3} {row.Format,-8} top-1 {100 * row.Top1:F2} %, {row.PointsLost:F2} +- {row.PointsError:F2} points lost, "
        + $"{100 * row.Agreement:F2} % the same class, KL {row.Kl:E1}  ({row.Rows})"));
}
