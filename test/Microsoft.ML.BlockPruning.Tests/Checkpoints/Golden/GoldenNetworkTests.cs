using System.Text.Json;
using Microsoft.ML.BlockPruning.Checkpoints;
using Microsoft.ML.BlockPruning.Checkpoints.Containers.Safetensors;
using Microsoft.ML.BlockPruning.Imaging;
using Microsoft.ML.BlockPruning.Inference.Cpu;
using Microsoft.ML.BlockPruning.Models;
using Microsoft.ML.BlockPruning.Networks.Names;
using Microsoft.ML.BlockPruning.Sparsity;

namespace Microsoft.ML.BlockPruning.Tests.Checkpoints.Golden;

/// <summary>Every network of Golden has the logits that PyTorch gives in double arithmetic, and its classes their names.</summary>
[TestClass]
public sealed class GoldenNetworkTests
{
    /// <summary>What does not pass yet, and why. It only shrinks: an entry that passes fails until it is taken out.</summary>
    private static readonly Dictionary<string, string> NotYet = new(StringComparer.Ordinal)
    {
        ["hf4_dinov2_swiglu"] = "SwiGLU is refused by name",
        ["timm_qk_norm"] = "norms of queries and keys are refused by name",
    };

    public static IEnumerable<string> Names => GoldenFiles.Networks.Keys;

    [TestMethod]
    [DynamicData(nameof(Names))]
    public void Network_HasPythonsLogitsAndLabels(string name)
    {
        var golden = GoldenFiles.Networks[name];
        if (!NotYet.TryGetValue(name, out string? reason))
        {
            Check(golden);
            return;
        }

        bool passes = true;
        try
        {
            Check(golden);
        }
        catch (Exception error) when (error is AssertFailedException or InvalidDataException or IOException)
        {
            passes = false;
        }

        Assert.IsFalse(passes, $"{name} passes: take it out of the list ({reason}).");
    }

    [TestMethod]
    public void List_NamesEntriesOfTheManifest() => Assert.IsTrue(NotYet.Keys.All(GoldenFiles.Networks.ContainsKey));

    private static void Check(GoldenNetwork golden)
    {
        using var checkpoint = Checkpoint.Open(golden.ModelPath, golden.Options);
        var weights = checkpoint.ReadWeights();
        using var io = SafetensorsFile.Open(golden.IoPath);
        float[] images = io.ReadSingles("input"), expected = io.ReadSingles("logits"), logits = new float[expected.Length];
        int count = (int)io.Tensors["input"].Shape[0];
        Assert.AreEqual(images.Length, count * weights.Spec.ImageDim, $"The network reads {weights.Spec}.");
        Assert.AreEqual(expected.Length, count * weights.Spec.NumClasses);

        string[] names = checkpoint.LabelNames is { } labels
            ? DistinctNames.Of(labels)
            : [.. Enumerable.Range(0, weights.Spec.NumClasses).Select(i => $"{i}")];
        var network = SparseViT.Create(
            weights, new SparsityPlan(), ImagePreprocessing.ImageNet(weights.Spec.ImageSize, weights.Spec.Channels), names);
        using var session = new SparseViTSession(network, threads: 1);
        session.Score(images, count, logits);

        double deviation = expected.Zip(logits).Max(pair => Math.Abs((double)pair.First - pair.Second));
        Assert.IsLessThanOrEqualTo(golden.Tolerance, deviation / expected.Max(Math.Abs), $"{weights.Spec}");
        if (golden.Labels is { } expectedNames)
        {
            CollectionAssert.AreEqual(expectedNames, names);
        }

        if (golden.Preprocessing is { } preprocessing)
        {
            CheckPreprocessing(preprocessing, checkpoint.Preprocessing);
        }
    }

    private static void CheckPreprocessing(JsonElement expected, ImagePreprocessing found)
    {
        int size = expected.GetProperty("size").GetInt32();
        Assert.AreEqual(
            expected.GetProperty("resize").GetString() == "exact" ? ImageResize.Exact : ImageResize.ShortestSide, found.Resize);
        Assert.AreEqual(size, found.ResizeSize);
        Assert.AreEqual(
            expected.GetProperty("crop") is { ValueKind: JsonValueKind.Number } crop ? crop.GetInt32() : size, found.ImageSize);
        Assert.AreEqual(expected.GetProperty("filter").GetString(), found.Interpolation.ToString().ToLowerInvariant());
        CollectionAssert.AreEqual(Numbers(expected, "mean"), found.Mean.ToArray());
        CollectionAssert.AreEqual(Numbers(expected, "std"), found.Std.ToArray());
    }

    private static float[] Numbers(JsonElement entry, string key) =>
        [.. entry.GetProperty(key).EnumerateArray().Select(number => number.GetSingle())];
}
