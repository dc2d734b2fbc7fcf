using System.Text.Json;
using Microsoft.ML.BlockPruning.Files;

namespace PruneModelSample;

/// <summary>
/// What Model Builder keeps in its .mbconfig: data, options and the model's place. Relative paths are those of the working folder; a
/// network that is not there is looked for beside the program.
/// </summary>
internal sealed record PruneModelSettings(
    DataSource DataSource, TrainingOption TrainingOption, SweepOption SweepOption, string ModelPath)
{
    /// <summary>The file that lies beside the program.</summary>
    public static string DefaultPath => Path.Combine(AppContext.BaseDirectory, "PruneModel.mbconfig.json");

    /// <summary>The dense network's file.</summary>
    public string NetworkPath => Path.Exists(TrainingOption.NetworkPath)
        ? TrainingOption.NetworkPath
        : Path.Combine(AppContext.BaseDirectory, TrainingOption.NetworkPath);

    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="InvalidDataException">It is not JSON, or says nothing of the data, the options or the model.</exception>
    public static PruneModelSettings Read(string path)
    {
        RegularFile.Require(path);
        try
        {
            var settings = JsonSerializer.Deserialize<PruneModelSettings>(File.ReadAllText(path));
            return settings is { DataSource: not null, TrainingOption: not null, SweepOption: not null, ModelPath: not null }
                ? settings
                : throw new InvalidDataException(
                    $"The settings '{path}' lack one of DataSource, TrainingOption, SweepOption and ModelPath; compare {DefaultPath}.");
        }
        catch (JsonException damaged)
        {
            throw new InvalidDataException($"The settings '{path}' cannot be read: {damaged.Message}", damaged);
        }
    }
}
