using Microsoft.ML.BlockPruning.Checkpoints.Containers;
using Microsoft.ML.BlockPruning.Checkpoints.Containers.Safetensors;

namespace Microsoft.ML.BlockPruning.Checkpoints;

/// <summary>The container in which this library writes its own files: dense networks and states of a training.</summary>
internal static class OwnFile
{
    /// <summary>The row of the list of containers.</summary>
    public static IContainer Container { get; } = new SafetensorsContainer();

    /// <summary>Whether a free string of a file is its checksum, which is of these bytes alone.</summary>
    public static bool IsChecksum(string key) => key == SafetensorsChecksum.Key;

    /// <inheritdoc cref="ContainerDetector.Open"/>
    public static ITensorFile Open(string path) => new ContainerDetector([Container]).Open(path);

    /// <summary>A file that is not written yet.</summary>
    public static ITensorWriter Create() => new SafetensorsWriter();
}
