using System.Text;
using Microsoft.ML.BlockPruning.Files;

namespace SampleKit;

/// <summary>The library's <see cref="AtomicFile"/> for the texts that the samples write.</summary>
internal static class OutputFile
{
    /// <summary>Writes a text in UTF-8, whole or not at all.</summary>
    /// <exception cref="IOException">The disk is full, or the file cannot be replaced; names the path.</exception>
    public static void Write(string path, string text) => AtomicFile.Write(path, file => file.Write(Encoding.UTF8.GetBytes(text)));

    /// <summary>How long a file is that was just written; 0 for a pipe.</summary>
    public static long LengthOf(string path) => File.Exists(path) ? new FileInfo(path).Length : 0;
}
