using Microsoft.ML.BlockPruning.Files;

namespace Microsoft.ML.BlockPruning.Checkpoints.Configuration;

/// <summary>The <c>config.json</c> beside a model's file. Only <c>Checkpoint</c> opens it, once.</summary>
internal static class ConfigFile
{
    private const long MostBytes = 64 << 20; // the names of 22,000 classes take one

    /// <summary>Reads the <c>config.json</c> in a model's folder.</summary>
    /// <param name="modelPath">The model file.</param>
    /// <returns>Null where there is no such file.</returns>
    /// <exception cref="IOException">It is a pipe or a device.</exception>
    /// <exception cref="InvalidDataException">The file is not JSON, or a key that we read holds something else than expected.</exception>
    public static CheckpointConfig? TryReadBeside(string modelPath)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(modelPath);
        string path = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(modelPath))!, "config.json");
        if (!File.Exists(path))
        {
            return null;
        }

        RegularFile.Require(path);
        long bytes = new FileInfo(File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path).Length;
        return bytes <= MostBytes
            ? new CheckpointConfigReader($"'{path}'").Read(File.ReadAllBytes(path))
            : throw new InvalidDataException(
                $"'{path}' has {bytes} bytes, expected at most {MostBytes}: it is no config.json of a network.");
    }
}
