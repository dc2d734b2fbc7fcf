using Microsoft.ML.BlockPruning.Checkpoints;
using Microsoft.ML.BlockPruning.Checkpoints.Containers.Safetensors;
using Microsoft.ML.BlockPruning.Imaging;
using Microsoft.ML.BlockPruning.Inference.Cpu;
using Microsoft.ML.BlockPruning.Models;
using Microsoft.ML.BlockPruning.Sparsity;
using Microsoft.ML.BlockPruning.Tests.Onnx;

namespace Microsoft.ML.BlockPruning.Tests.Checkpoints.Golden;

/// <summary>What was read of Golden is written for others: under its own names, and as ONNX. The logits stay PyTorch's.</summary>
[TestClass]
public sealed class GoldenWritingTests
{
    private const double AllowedOfOnnx = 1e-4; // of the largest logit
    private const double Rounding = 1e-6; // of a factor that was multiplied in and is not divided out

    // Its weights are products, and are written as that.
    private const string Masked = "st_prune";

    public static IEnumerable<string> Names => GoldenFiles.Networks.Keys;

    [TestMethod]
    [DynamicData(nameof(Names))]
    public void SaveOnnx_GivesPythonsLogits(string name)
    {
        var (golden, network) = Read(name);
        using var io = SafetensorsFile.Open(golden.IoPath);
        float[] expected = io.ReadSingles("logits");

        float[] logits = OnnxRun.Score(network, io.ReadSingles("input"));

        AssertClose(AllowedOfOnnx, expected, logits);
    }

    [TestMethod]
    public void SaveDenseNetwork_OntoTheCheckpointItself_IsRefused()
    {
        using var folder = new TemporaryFolder();
        string path = folder["model.safetensors"];
        File.Copy(GoldenFiles.Networks["timm_vit"].ModelPath, path);
        File.Copy(Path.Combine(Path.GetDirectoryName(GoldenFiles.Networks["timm_vit"].ModelPath)!, "config.json"), folder["config.json"]);
        using var network = new MLContext(seed: 1).Transforms.LoadViT(path);

        StringAssert.Contains(
            Assert.ThrowsExactly<IOException>(() => network.SaveDenseNetwork(path, path)).Message, "is the checkpoint itself");
    }

    [TestMethod]
    [DynamicData(nameof(Names))]
    public void Rewrite_HasTheNamesAndSidesOfTheCheckpoint_AndItsLogits(string name)
    {
        var (golden, network) = Read(name);
        using var folder = new TemporaryFolder();
        string path = folder["model.safetensors"];
        CopyConfiguration(golden, folder);

        using (var checkpoint = Checkpoint.Open(golden.ModelPath, golden.Options))
        using (var file = File.Create(path))
        {
            checkpoint.Rewrite(network.ToWeights()).Write(file);
        }

        if (golden.ModelPath.EndsWith(".safetensors", StringComparison.Ordinal) && golden.Name != Masked)
        {
            CollectionAssert.AreEquivalent(TensorsOf(golden.ModelPath), TensorsOf(path));
        }

        using var io = SafetensorsFile.Open(golden.IoPath);
        float[] expected = io.ReadSingles("logits"), logits = new float[expected.Length];
        using var again = Checkpoint.Open(path, golden.Options);
        using var session = new SparseViTSession(ToNetwork(again), threads: 1);
        session.Score(io.ReadSingles("input"), (int)io.Tensors["input"].Shape[0], logits);
        AssertClose(golden.Tolerance + Rounding, expected, logits);
    }

    private static (GoldenNetwork Golden, SparseViT Network) Read(string name)
    {
        var golden = GoldenFiles.Networks[name];
        try
        {
            using var checkpoint = Checkpoint.Open(golden.ModelPath, golden.Options);
            using var io = SafetensorsFile.Open(golden.IoPath);
            Assert.AreEqual(io.Tensors["input"].Shape[2], checkpoint.Network.ImageSize);
            return (golden, ToNetwork(checkpoint));
        }
        catch (Exception error) when (error is InvalidDataException or IOException or UnauthorizedAccessException or AssertFailedException)
        {
            Assert.Inconclusive($"It is not read: GoldenNetworkTests says why. {error.Message}");
            throw;
        }
    }

    // What says more than the tensors lies beside them.
    private static void CopyConfiguration(GoldenNetwork golden, TemporaryFolder folder)
    {
        string from = Directory.Exists(golden.ModelPath) ? golden.ModelPath : Path.GetDirectoryName(golden.ModelPath)!;
        foreach (string path in Directory.EnumerateFiles(from, "*config.json", SearchOption.AllDirectories))
        {
            File.Copy(path, folder[Path.GetFileName(path)]);
        }
    }

    private static SparseViT ToNetwork(Checkpoint checkpoint)
    {
        var weights = checkpoint.ReadWeights();
        return SparseViT.Create(
            weights, new SparsityPlan(), ImagePreprocessing.ImageNet(weights.Spec.ImageSize, weights.Spec.Channels),
            [.. Enumerable.Range(0, weights.Spec.NumClasses).Select(i => $"{i}")]);
    }

    private static string[] TensorsOf(string path)
    {
        using var file = SafetensorsFile.Open(path);
        var weights = file.Tensors.Values.Where(tensor => !tensor.Name.EndsWith("_index", StringComparison.Ordinal)); // a buffer
        return [.. weights.Select(tensor => $"{tensor.Name} [{string.Join(", ", tensor.Shape)}]")];
    }

    private static void AssertClose(double allowed, float[] expected, float[] found)
    {
        double deviation = expected.Zip(found).Max(pair => Math.Abs((double)pair.First - pair.Second));
        Assert.IsLessThanOrEqualTo(allowed, deviation / expected.Max(Math.Abs));
    }
}
