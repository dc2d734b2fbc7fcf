using System.Text.Json;
using Microsoft.ML.BlockPruning.Benchmarks.Timing;
using Microsoft.ML.BlockPruning.Files;

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

        // A run that is killed while it writes must not take the rows of hours with it.
        AtomicFile.Write(path, stream =>
        {
            JsonSerializer.Serialize(stream, content, Options);
            stream.WriteByte((byte)'\n');
        });
    }

    /// <summary>The rows of a file as <see cref="Write"/> leaves it, for a run that goes on with it.</summary>
    /// <exception cref="InvalidDataException">
    /// It holds no such rows, or those of another processor, which must not stand beside this one's.
    /// </exception>
    public static IReadOnlyList<TRow> Read<TRow>(string path)
    {
        try
        {
            using var content = JsonDocument.Parse(File.ReadAllText(path));
            string? processor = content.RootElement.GetProperty("machine").GetProperty("processor").GetString();
            if (processor != MachineDescription.Processor)
            {
                throw new InvalidDataException(
                    $"'{path}' was measured on {processor}, and this is {MachineDescription.Processor}; give a file of this machine.");
            }

            return content.RootElement.GetProperty("rows").Deserialize<List<TRow>>(Options)!;
        }
        catch (Exception error) when (error is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new InvalidDataException($"'{path}' holds no rows of this benchmark; give another file, or delete it.", error);
        }
    }
}
