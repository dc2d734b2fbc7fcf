using Microsoft.ML.BlockPruning.Files;

namespace Microsoft.ML.BlockPruning.Checkpoints.Configuration;

/// <summary>The <c>config.json</c> beside a model's file, and the <c>preprocessor_config.json</c>. Only <c>Checkpoint</c> opens them, once.
/// </summary>
internal static class ConfigFile
{
    private const long MostBytes = 4 << 20; // the names of 22,000 classes take one

    /// <summary>Reads both files in a model's folder; of images the second is believed.</summary>
    /// <param name="modelPath">The model file.</param>
    /// <returns>Null where there is neither.</returns>
    /// <exception cref="IOException">One is a pipe or a device.</exception>
    /// <exception cref="InvalidDataException">One is not JSON, or a key that we read holds something else than expected.</exception>
    public static CheckpointConfig? TryReadBeside(string modelPath)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(modelPath);
        string folder = Path.GetDirectoryName(Path.GetFullPath(modelPath))!;
        var config = TryRead(Path.Combine(folder, "config.json"), (source, json) => new CheckpointConfigReader(source).Read(json));
        var pixels = TryRead(Path.Combine(folder, PreprocessorReader.Name), (source, json) => new PreprocessorReader(source).Read(json));
        pixels ??= config?.Pixels;
        return config is null && pixels is null ? null : (config ?? new CheckpointConfig()) with
        {
            Pixels = pixels,
            Notes = [.. config?.Notes ?? [], .. pixels?.Notes ?? []],
        };
    }

    private static T? TryRead<T>(string path, Func<string, byte[], T> read)
        where T : class
    {
        if (!File.Exists(path))
        {
            return null;
        }

        RegularFile.Require(path);
        long bytes = new FileInfo(File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path).Length;
        return bytes <= MostBytes
            ? read($"'{path}'", File.ReadAllBytes(path))
            : throw new InvalidDataException(
                $"'{path}' has {bytes} bytes, expected at most {MostBytes}: it is no {Path.GetFileName(path)} of a network.");
    }
}
