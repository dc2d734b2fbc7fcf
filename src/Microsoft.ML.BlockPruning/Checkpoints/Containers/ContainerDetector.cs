using Microsoft.ML.BlockPruning.Files;

namespace Microsoft.ML.BlockPruning.Checkpoints.Containers;

/// <summary>Finds a file's container by its first bytes, whatever it is called.</summary>
/// <param name="containers">
/// The rows; the first that takes a file opens it. The last says what is wrong with a file that nobody takes and nobody knows.
/// </param>
internal sealed class ContainerDetector(IReadOnlyList<IContainer> containers)
{
    /// <summary>Bytes that are looked at.</summary>
    public const int StartBytes = 512;

    /// <summary>Opens a file.</summary>
    /// <exception cref="ArgumentException">The path is null or empty.</exception>
    /// <exception cref="IOException">It cannot be read, or is a pipe, a device or a folder.</exception>
    /// <exception cref="InvalidDataException">It is of no container that is read here, or damaged.</exception>
    public ITensorFile Open(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        byte[] start = StartOf(path);
        if (start.Length == 0)
        {
            throw new InvalidDataException($"'{path}' is empty. Fetch it again.");
        }

        var container = containers.FirstOrDefault(row => row.Takes(start));
        if (container is null && ForeignFile.Of(start) is { } foreign)
        {
            throw new InvalidDataException(
                $"'{path}': it is {foreign.Name}, expected a {string.Join(" or ", containers.Select(row => row.Name).Distinct())} file. "
                + $"{foreign.WayOut}.");
        }

        return (container ?? containers[^1]).Open(path);
    }

    private static byte[] StartOf(string path)
    {
        using var stream = RegularFile.Open(path);
        byte[] start = new byte[StartBytes];
        return start[..stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false)];
    }
}
