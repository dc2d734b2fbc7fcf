using System.IO.Compression;
using System.Runtime.InteropServices;

namespace Microsoft.ML.BlockPruning.Tests.Checkpoints.Containers.PyTorch;

/// <summary>Writes a file as <c>torch.save</c> does, with whatever pickle and entries.</summary>
internal static class ToyTorchZip
{
    /// <summary>A pickle and its storages.</summary>
    public static void Write(string path, byte[] pickle, params (string Key, byte[] Bytes)[] storages) => WriteEntries(
        path, [("toy/data.pkl", pickle), .. storages.Select(storage => ($"toy/data/{storage.Key}", storage.Bytes))]);

    /// <summary>Entries of any name.</summary>
    public static void WriteEntries(
        string path, (string Name, byte[] Bytes)[] entries, CompressionLevel level = CompressionLevel.NoCompression)
    {
        using var zip = ZipFile.Open(path, ZipArchiveMode.Create);
        foreach (var (name, bytes) in entries)
        {
            using var entry = zip.CreateEntry(name, level).Open();
            entry.Write(bytes);
        }
    }

    /// <summary>Numbers as they lie in a storage.</summary>
    public static byte[] Bytes<T>(params T[] numbers)
        where T : unmanaged => MemoryMarshal.AsBytes(numbers.AsSpan()).ToArray();
}
