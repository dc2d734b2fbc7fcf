using System.Text.Json;
using Microsoft.ML.BlockPruning.Benchmarks.Timing;

namespace Microsoft.ML.BlockPruning.Benchmarks;

/// <summary>Writes rows with what machine and versions they were measured on.</summary>
internal static class ResultFile
{
    private static readonly JsonSerializerOptions Options =
        new() { WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.CamelCase };

    public static void Write<TRow>(string path, int threads, IReadOnlyList<TRow> rows)
    {
        var content = new { machine = MachineDescription.Machine(threads), versions = MachineDescription.Versions, rows };
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        File.WriteAllText(path, JsonSerializer.Serialize(content, Options) + "\n");
    }
}
