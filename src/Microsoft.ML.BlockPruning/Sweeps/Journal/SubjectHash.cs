using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.ML.BlockPruning.Calibration;
using Microsoft.ML.BlockPruning.Networks;

namespace Microsoft.ML.BlockPruning.Sweeps.Journal;

/// <summary>SHA-256 over all that a result depends on, hexadecimal; on little-endian machines the same everywhere.</summary>
internal static class SubjectHash
{
    /// <summary>Of a network's shape and weights.</summary>
    public static string Of(NetworkWeights network)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Add(hash, TextOf(network.Spec));
        foreach (var tensor in network.Tensors)
        {
            Add(hash, FormattableString.Invariant($"{tensor.Name} {tensor.Values.Length}"));
            hash.AppendData(MemoryMarshal.AsBytes(tensor.Values.AsSpan()));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>Of images, normalised as the network reads them, and their labels.</summary>
    public static string Of(params IReadOnlyList<CalibrationSet> sets)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var set in sets)
        {
            Add(hash, FormattableString.Invariant($"{set.Count} {set.Labels?.Length ?? 0}"));
            hash.AppendData(MemoryMarshal.AsBytes((set.Labels ?? []).AsSpan()));
            for (int image = 0; image < set.Count; image++)
            {
                hash.AppendData(MemoryMarshal.AsBytes(set.ImageAt(image)));
            }
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>Of a sweep's identity.</summary>
    public static string Of(SweepIdentity identity) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(JsonSerializer.Serialize(identity, SweepJson.Form))));

    // What names and lengths of tensors do not tell. Where every attention has as many heads, head n reads token n and every GELU is
    // the exact one, as in a ViT, that is said once or not at all: journals name this sum.
    private static string TextOf(NetworkSpec spec)
    {
        var middles = spec.Steps.OfType<BranchSpec>().Select(branch => branch.Middle).ToList();
        int[] heads = [.. middles.OfType<MultiHeadSpec>().Select(one => one.Heads)];
        string shifts = string.Concat(middles.OfType<WindowAttentionSpec>().Select(one => $" shifted by {one.Shift}"));
        var poolings = spec.Heads.Select(head => head.Pooling);
        bool isInOrder = spec.Heads.Select((_, number) => new TokenPooling(number)).SequenceEqual(poolings);
        string read = isInOrder ? "" : $" {string.Join(' ', poolings)}";
        string attention = string.Join(' ', heads.Distinct().Count() == 1 ? heads[..1] : heads);
        var gelus = middles.OfType<GeluSpec>().Select(gelu => gelu.Form);
        string forms = gelus.All(form => form == GeluForm.Exact) ? "" : $" {string.Join(' ', gelus)}";
        return FormattableString.Invariant($"{spec.ImageSize} {spec.Stem.PatchSize} {attention} {spec.NumClasses}{read}{forms}{shifts}");
    }

    private static void Add(IncrementalHash hash, string text) => hash.AppendData(Encoding.UTF8.GetBytes(text + "\n"));
}
