using System.Globalization;

namespace Microsoft.ML.BlockPruning.Benchmarks.Inference;

/// <summary>The rows of a file, those of a network and batch that are measured anew in place of the old ones.</summary>
internal sealed class InferenceTable
{
    private readonly FileInfo? _file;
    private readonly int _threads;
    private readonly List<InferenceRow> _rows = [];

    /// <param name="file">Read if it is there; null: nothing is kept.</param>
    /// <param name="threads">That each variant uses.</param>
    /// <exception cref="InvalidDataException">The file is no result of this benchmark.</exception>
    public InferenceTable(FileInfo? file, int threads)
    {
        (_file, _threads) = (file, threads);
        if (file is { Exists: true })
        {
            _rows.AddRange(ResultFile.Read<InferenceRow>(file.FullName));
        }
    }

    /// <summary>Takes the rows of one network and batch, prints them and writes the file.</summary>
    public void Replace(IReadOnlyList<InferenceRow> rows)
    {
        _rows.RemoveAll(row => row.Model == rows[0].Model && row.Batch == rows[0].Batch);
        _rows.AddRange(rows);
        if (_file is not null)
        {
            ResultFile.Write(_file.FullName, _threads, _rows);
        }

        var first = rows[0];
        Console.WriteLine();
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{first.Model}, batch {first.Batch}, {_threads} threads, ms an image: ONNX Runtime fp32 {first.OrtFp32Ms:F2}, "
            + $"int8 {first.OrtInt8DynamicMs:F2} dynamic, {first.OrtInt8StaticMs:F2} static; libtorch {first.TorchFp32Ms:F2}"));
        Console.WriteLine(
            "keep format       ms (10 to 90 %)       x ort fp32 x ort int8 x own dense x own float32  logit error     MB  kernels");
        foreach (var row in rows)
        {
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{row.Keep,4:F2} {row.Format,-8} {row.OursMs,7:F2} ({row.P10,6:F2} to {row.P90,6:F2}) {row.TimesOrtFp32,10:F2} "
                + $"{row.TimesOrtInt8,10:F2} {row.TimesOwnDense,11:F2} {row.TimesOwnFloat32,13:F2} {row.LogitError,12:G2} "
                + $"{row.PeakBytes / 1e6,6:F0}  {row.Kernels}"));
        }
    }
}
