using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Microsoft.ML.BlockPruning.Calibration;
using Microsoft.ML.BlockPruning.Networks;
using Microsoft.ML.BlockPruning.Optimization;
using Microsoft.ML.BlockPruning.Sparsity;

namespace Microsoft.ML.BlockPruning.FineTuning;

/// <summary>What a checkpoint must agree in with the training that goes on from it, each part under a name that people know.</summary>
internal static class FineTuneIdentity
{
    // What states have called FineTunePrecision.Mixed from the start, so that older ones go on.
    private const string MixedInStates = "BFloat16";

    /// <summary>Options as text; networks, plan and images as SHA-256.</summary>
    public static SortedDictionary<string, string> Of(
        NetworkWeights dense, NetworkWeights pruned, SparsityPlan plan, CalibrationSet training, FineTuneOptions options, long seed) =>
        new(StringComparer.Ordinal)
        {
            [nameof(options.Epochs)] = Text(options.Epochs),
            [nameof(options.BatchSize)] = Text(options.BatchSize),
            [nameof(options.LearningRate)] = Text(options.LearningRate),
            [nameof(options.WarmupFraction)] = Text(options.WarmupFraction),
            [nameof(options.WeightDecay)] = Text(options.WeightDecay),
            [nameof(options.LargestGradientNorm)] = Text(options.LargestGradientNorm),
            [nameof(options.Temperature)] = Text(options.Temperature),
            [nameof(options.LogitWeight)] = Text(options.LogitWeight),
            [nameof(options.FeatureWeight)] = Text(options.FeatureWeight),
            [nameof(options.LabelWeight)] = Text(options.LabelWeight),
            [nameof(options.AverageDecay)] = Text(options.AverageDecay),
            [nameof(options.FlipHorizontally)] = Text(options.FlipHorizontally),
            [nameof(options.MaximumShift)] = Text(options.MaximumShift),
            [nameof(options.Precision)] = options.Precision == FineTunePrecision.Mixed ? MixedInStates : Text(options.Precision),
            [nameof(options.Seed)] = Text(seed),
            ["dense network"] = Hash(dense.Tensors.Select(tensor => tensor.Values)),
            ["pruned network"] = Hash(pruned.Tensors.Select(tensor => tensor.Values)),
            ["sparsity plan"] = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(plan.ToJson()))),
            ["training images"] = Hash(training),
        };

    /// <summary>SHA-256 of arrays one after another.</summary>
    public static string Hash(IEnumerable<float[]> arrays)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (float[] values in arrays)
        {
            Append(hash, values);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>SHA-256 of images as the network reads them, and their labels.</summary>
    public static string Hash(CalibrationSet images)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        for (int i = 0; i < images.Count; i++)
        {
            Append(hash, images.ImageAt(i));
        }

        Append<int>(hash, images.Labels);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static void Append<T>(IncrementalHash hash, ReadOnlySpan<T> values)
        where T : unmanaged
    {
        const int chunk = 1 << 20; // a span of bytes holds less than 2 GB
        for (; values.Length > chunk; values = values[chunk..])
        {
            hash.AppendData(MemoryMarshal.AsBytes(values[..chunk]));
        }

        hash.AppendData(MemoryMarshal.AsBytes(values));
    }

    private static string Text(object value) => Convert.ToString(value, CultureInfo.InvariantCulture)!;
}
