using System.Globalization;
using Microsoft.ML.BlockPruning.Benchmarks.Timing;

namespace Microsoft.ML.BlockPruning.Benchmarks.WholeNetworks;

/// <summary>The rows of a file, those of the networks and batches that are measured anew in place of the old ones.</summary>
internal sealed class NetworkTable
{
    private readonly FileInfo? _file;
    private readonly int _threads;
    private readonly List<NetworkRow> _rows = [];

    /// <param name="file">Read if it is there; null: nothing is kept.</param>
    /// <param name="threads">That each variant uses.</param>
    /// <exception cref="InvalidDataException">The file is no result of this benchmark.</exception>
    public NetworkTable(FileInfo? file, int threads)
    {
        _file = file;
        _threads = threads;
        if (file is { Exists: true })
        {
            _rows.AddRange(ResultFile.Read<NetworkRow>(file.FullName));
        }
    }

    /// <summary>Takes the rows of one network and batch, prints them and writes the file.</summary>
    public void Replace(IReadOnlyList<NetworkRow> rows)
    {
        _rows.RemoveAll(row => row.Network == rows[0].Network && row.Batch == rows[0].Batch);
        _rows.AddRange(rows);
        if (_file is not null)
        {
            ResultFile.Write(_file.FullName, _threads, _rows);
        }

        Console.WriteLine();
        Console.WriteLine($"{rows[0].Network}, batch {rows[0].Batch}, {_threads} threads");
        Console.WriteLine("                  keep  ms/image (10 to 90 %)        x ort fp32 x ort int8        MB  logit error  top-1 %");
        foreach (var row in rows)
        {
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{row.Variant,-16} {row.Keep,5:F3} {row.MsPerImage,9:F3} ({row.P10,7:F3} to {row.P90,7:F3}) "
                + $"{row.TimesOnnxRuntimeFp32,10:F2} {row.TimesOnnxRuntimeInt8,10:F2} {row.Bytes / 1e6,9:F2} "
                + $"{row.LogitError,12:G2} {100 * row.Top1,8:F2}"));
        }
    }

    public static void Summarize(ContentionGate gate) =>
        Console.WriteLine($"\n{gate.Clean} samples ran undisturbed, {gate.Unclean} did not.");
}
