using System.Globalization;
using Microsoft.ML.BlockPruning.Benchmarks.Timing;

namespace Microsoft.ML.BlockPruning.Benchmarks.Kernels;

/// <summary>Rows as they come, and the ratios that the project promises at the end.</summary>
internal sealed class KernelTable
{
    private readonly List<KernelRow> _rows = [];

    public IReadOnlyList<KernelRow> Rows => _rows;

    public void Add(IReadOnlyList<KernelRow> rows)
    {
        foreach (var row in rows)
        {
            if (_rows.Count == 0)
            {
                Console.WriteLine("layer                     batch block sparsity   ours ms  ort ms torch ms | x ort x torch x own dense");
            }

            _rows.Add(row);
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{row.Shape,-25} {row.Batch,5} {row.Block,5} {row.Sparsity,8:F2} "
                + $"{row.OursMs,9:F3} {row.OrtFp32Ms,7:F3} {row.TorchFp32Ms,8:F3} "
                + $"| {row.OrtFp32Ms / row.OursMs,5:F2} {row.TorchFp32Ms / row.OursMs,7:F2} {row.DenseMs / row.OursMs,11:F2}"));
        }
    }

    public void Summarize(ContentionGate gate)
    {
        Console.WriteLine();
        foreach (var group in _rows.GroupBy(row => row.Sparsity).OrderBy(group => group.Key))
        {
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"sparsity {group.Key:F2}: {Spread(group, r => r.OrtFp32Ms)} x ONNX Runtime fp32, "
                + $"{Spread(group, r => r.TorchFp32Ms)} x libtorch fp32, "
                + $"{Spread(group, r => r.DenseMs)} x own dense"));
        }

        Console.WriteLine($"{gate.Clean} samples ran undisturbed, {gate.Unclean} did not.");
    }

    private static string Spread(IEnumerable<KernelRow> rows, Func<KernelRow, double> baseline)
    {
        double[] ratios = [.. rows.Select(row => baseline(row) / row.OursMs)];
        return string.Create(
            CultureInfo.InvariantCulture, $"{ratios.Min():F2} to {ratios.Max():F2} (median {InterleavedRounds.Median(ratios):F2})");
    }
}
