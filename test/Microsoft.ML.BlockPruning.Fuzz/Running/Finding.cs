using System.Security.Cryptography;
using System.Text;

namespace Microsoft.ML.BlockPruning.Fuzz.Running;

/// <summary>Something that must not happen, and how often it did.</summary>
/// <param name="Kind">crash, hang, memory, exception or start.</param>
/// <param name="Signature">What tells it from others: an exception's type and where it comes from, or how a process ended.</param>
/// <param name="File">The shortest input that did it, in the target's folder of findings.</param>
internal sealed record Finding(string Kind, string Signature, string File)
{
    private const string Product = "   at Microsoft.ML.BlockPruning.";
    private const string Sample = "   at FashionMnist.";
    private const string Fuzzer = "   at Microsoft.ML.BlockPruning.Fuzz.";

    public long Count { get; set; } = 1;

    /// <summary>Writes the input of a finding down where it is the first of its kind, or shorter than the one that is there.</summary>
    /// <param name="folder">The target's.</param>
    /// <param name="kind">See <see cref="Kind"/>.</param>
    /// <param name="signature">See <see cref="Signature"/>.</param>
    /// <param name="input">The file.</param>
    /// <param name="text">What to read about it.</param>
    public static Finding Record(string folder, string kind, string signature, byte[] input, string text)
    {
        string name = $"{kind}-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(signature)))[..8]}";
        string path = Path.Combine(folder, "findings", name);
        if (!System.IO.File.Exists(path) || new FileInfo(path).Length > input.Length)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            System.IO.File.WriteAllBytes(path, input);
            System.IO.File.WriteAllText(path + ".txt", $"{signature}\n\n{text}\n");
        }

        return new Finding(kind, signature, name);
    }

    /// <summary>The type of an exception and of its cause, where it was thrown and by which method of ours.</summary>
    public static string SignatureOf(Exception error)
    {
        var cause = error.GetBaseException();
        string types = ReferenceEquals(cause, error) ? error.GetType().Name : $"{error.GetType().Name} of {cause.GetType().Name}";
        string[] frames = [.. (cause.StackTrace ?? error.StackTrace ?? "").Split('\n')];
        string? ours = frames.FirstOrDefault(frame => (frame.StartsWith(Product, StringComparison.Ordinal)
            || frame.StartsWith(Sample, StringComparison.Ordinal)) && !frame.StartsWith(Fuzzer, StringComparison.Ordinal));
        return $"{types} in {Method(frames[0])}" + (ours is null || ours == frames[0] ? "" : $" by {Method(ours)}");
    }

    private static string Method(string frame) => frame.Trim().Split('(')[0].Replace("at ", "", StringComparison.Ordinal);
}
