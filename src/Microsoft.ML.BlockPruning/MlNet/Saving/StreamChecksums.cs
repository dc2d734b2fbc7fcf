using System.Security.Cryptography;
using System.Text;

namespace Microsoft.ML.BlockPruning.MlNet.Saving;

/// <summary>The SHA-256 of small streams of a model file, in a stream of their own, which older versions pass over.</summary>
/// <remarks>ML.NET's reader does not look at the CRCs of its zip. The network has a checksum inside.</remarks>
internal sealed class StreamChecksums
{
    /// <summary>The stream.</summary>
    public const string StreamName = "Checksums";

    private const int MaximumBytes = 4096;
    private readonly SortedDictionary<string, string> _sums = new(StringComparer.Ordinal);

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    /// <exception cref="FormatException">It is not that.</exception>
    public static StreamChecksums Read(BinaryReader reader)
    {
        var checksums = new StreamChecksums();
        string text = Encoding.UTF8.GetString(BoundedBytes.Read(reader, MaximumBytes, StreamName));
        foreach (string line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            string[] parts = line.Split(' ');
            if (parts.Length != 2 || !checksums._sums.TryAdd(parts[0], parts[1]))
            {
                throw new FormatException(
                    $"The model file is corrupt: its '{StreamName}' has the line '{line}', expected a name and a sum.");
            }
        }

        return checksums;
    }

    public void Add(string name, ReadOnlySpan<byte> content) => _sums.Add(name, SumOf(content));

    public bool Names(string name) => _sums.ContainsKey(name);

    /// <summary>Whether a stream is what was written.</summary>
    public bool Fits(string name, ReadOnlySpan<byte> content) => _sums.TryGetValue(name, out string? sum) && sum == SumOf(content);

    public void Write(BinaryWriter writer)
    {
        foreach (var (name, sum) in _sums)
        {
            writer.Write(Encoding.UTF8.GetBytes($"{name} {sum}\n"));
        }
    }

    private static string SumOf(ReadOnlySpan<byte> content) => Convert.ToHexStringLower(SHA256.HashData(content));
}
