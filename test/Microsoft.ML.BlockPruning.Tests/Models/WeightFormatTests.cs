using System.Security.Cryptography;
using Microsoft.ML.BlockPruning.Checkpoints.Containers.Safetensors;
using Microsoft.ML.BlockPruning.Formats;
using Microsoft.ML.BlockPruning.Inference.Cpu;
using Microsoft.ML.BlockPruning.Models;
using Microsoft.ML.BlockPruning.Networks;
using Microsoft.ML.BlockPruning.Networks.Families;
using Microsoft.ML.BlockPruning.Sparsity;
using Microsoft.ML.BlockPruning.Tests.Inference;

namespace Microsoft.ML.BlockPruning.Tests.Models;

/// <summary>Networks whose weights are stored in a narrower format, made, written, read and scored.</summary>
[TestClass]
public sealed class WeightFormatTests
{
    public static IEnumerable<string> Configs => RandomNetworks.Configs.Keys;

    /// <summary>The file of before there were formats, byte for byte.</summary>
    [TestMethod]
    public void Save_OfAFloat32Network_WritesTheBytesThatItAlwaysWrote()
    {
        byte[] bytes = Bytes(RandomNetworks.SmallPruned());

        string hash = Convert.ToHexStringLower(SHA256.HashData(bytes));
        Assert.AreEqual("338fafbf5b367b407f6f6ec60a5ab359b9e08f4664c1a4e5e8d53baf5096193c", hash);
    }

    [TestMethod]
    public void Save_InBFloat16_WritesMatricesInTwoBytesAndAllElseAsBefore()
    {
        var weights = RandomNetworks.Random(RandomNetworks.Configs["distilled, head dim 20"], seed: 1);
        var plan = RandomNetworks.Prune(weights, new BlockShape(12, 10), density: 0.5, seed: 2);
        using var wide = SafetensorsFile.Read(new MemoryStream(Bytes(RandomNetworks.Sparse(weights, plan))));
        using var narrow = SafetensorsFile.Read(new MemoryStream(Bytes(RandomNetworks.Sparse(weights, plan, NumberFormat.BFloat16))));

        CollectionAssert.AreEquivalent(wide.Tensors.Keys.ToArray(), narrow.Tensors.Keys.ToArray());
        foreach (var tensor in narrow.Tensors.Values)
        {
            bool isMatrix = tensor.Name.EndsWith(".values", StringComparison.Ordinal)
                || tensor.Name is "patch_embed.proj.weight" or "head.weight" or "head_dist.weight";
            Assert.AreEqual(isMatrix ? SafetensorsDType.BF16 : wide.Tensors[tensor.Name].DType, tensor.DType, tensor.Name);
            CollectionAssert.AreEqual(wide.Tensors[tensor.Name].Shape, tensor.Shape, tensor.Name);
            if (tensor.DType == SafetensorsDType.F32)
            {
                CollectionAssert.AreEqual(wide.ReadSingles(tensor.Name), narrow.ReadSingles(tensor.Name), tensor.Name);
            }
        }
    }

    /// <summary>DeiT-Tiny's width: what stays float32 is a few per cent.</summary>
    [TestMethod]
    public void Save_InBFloat16_TakesAboutHalfTheBytes()
    {
        var weights = RandomNetworks.Random(new ViTConfig(32, 16, 3, 192, 4, 3, 768, 100), seed: 1);
        var plan = RandomNetworks.Prune(weights, new BlockShape(16, 16), density: 0.7, seed: 2);
        var (wide, narrow) = (RandomNetworks.Sparse(weights, plan), RandomNetworks.Sparse(weights, plan, NumberFormat.BFloat16));

        double file = (double)Bytes(narrow).Length / Bytes(wide).Length;

        Assert.IsTrue(file is > 0.5 and < 0.53, $"{file}");
        Assert.AreEqual(file, (double)narrow.WeightBytes / wide.WeightBytes, 0.02);
        Assert.AreEqual(wide.MultiplyAdds, narrow.MultiplyAdds);
    }

    [TestMethod]
    [DynamicData(nameof(Configs))]
    public void Score_InBFloat16_GivesTheBitsOfAFloat32NetworkWithRoundedWeights(string name)
    {
        var config = RandomNetworks.Configs[name];
        var weights = RandomNetworks.Random(config, seed: 1);
        var plan = RandomNetworks.Prune(weights, new BlockShape(12, 10), density: 0.5, seed: 2);
        var rounded = weights.Clone();
        foreach (float[] matrix in Matrices(rounded))
        {
            Array.ForEach([.. Enumerable.Range(0, matrix.Length)], i => matrix[i] = NearestEven(matrix[i]));
        }

        var loaded = SparseViTReader.Read(new MemoryStream(Bytes(RandomNetworks.Sparse(weights, plan, NumberFormat.BFloat16))));

        float[] images = RandomNetworks.Images(config, 3, seed: 3);
        using var expected = new SparseViTSession(RandomNetworks.Sparse(rounded, plan), threads: 1);
        using var found = new SparseViTSession(loaded, threads: 2);
        Assert.AreEqual(NumberFormat.BFloat16, loaded.WeightFormat);
        CollectionAssert.AreEqual(RandomNetworks.Score(expected, images), RandomNetworks.Score(found, images));
    }

    [TestMethod]
    [DataRow(NumberFormat.BFloat16, 1.0 / 256)]
    [DataRow(NumberFormat.Float16, 1.0 / 2048)]
    public void Create_RoundsEveryWeightByNoMoreThanTheFormatsBound(NumberFormat format, double bound)
    {
        var weights = RandomNetworks.Random(RandomNetworks.Small, seed: 1);
        var network = RandomNetworks.Sparse(weights, plan: null, format);
        bool isRounded = false;
        foreach (var (layer, linear) in weights.PrunableLayers.Zip(network.PrunableLayers))
        {
            float[] found = linear.Weight.ToDense();
            for (int i = 0; i < found.Length; i++)
            {
                Assert.AreEqual(layer.Weight[i], found[i], (bound * Math.Abs(layer.Weight[i])) + Math.ScaleB(1, -25), $"{layer.Name}, {i}");
                isRounded |= layer.Weight[i] != found[i];
            }

            CollectionAssert.AreEqual(layer.Bias, linear.Bias);
        }

        Assert.IsTrue(isRounded);
    }

    [TestMethod]
    [DataRow(NumberFormat.BFloat16)]
    [DataRow(NumberFormat.Float16)]
    public void Load_OfWhatSaveWrote_GivesTheSameFileAgain_AlsoDense(NumberFormat format)
    {
        var weights = RandomNetworks.Random(RandomNetworks.Small, seed: 1);
        var plan = RandomNetworks.Prune(weights, new BlockShape(16, 16), density: 0.5, seed: 2);
        var saved = RandomNetworks.Sparse(weights, plan, format);

        var loaded = SparseViTReader.Read(new MemoryStream(Bytes(saved)));

        CollectionAssert.AreEqual(Bytes(saved), Bytes(loaded));
        CollectionAssert.AreEqual(Bytes(saved.ToDense()), Bytes(loaded.ToDense()));
        Assert.AreEqual(format, loaded.ToDense().WeightFormat);
        Assert.AreEqual(format, loaded.With(loaded.Preprocessing).WeightFormat);
    }

    /// <summary>A file that somebody made of two formats: nothing that it holds may be rounded when it is saved again.</summary>
    [TestMethod]
    public void Load_OfAFileOfTwoFormats_TakesAllAsFloat32()
    {
        var weights = RandomNetworks.Random(RandomNetworks.Small, seed: 1);
        using var narrow = SafetensorsFile.Read(new MemoryStream(Bytes(RandomNetworks.Sparse(weights, null, NumberFormat.BFloat16))));
        var file = new EditableNetworkFile(Bytes(RandomNetworks.Sparse(weights)));
        file.Add("head.weight", NumberFormat.BFloat16, [10, 64], narrow.ReadSingles("head.weight"));

        var loaded = SparseViTReader.Read(new MemoryStream(file.ToBytes()));

        Assert.AreEqual(NumberFormat.Float32, loaded.WeightFormat);
        CollectionAssert.AreEqual(weights.Layers[0].Qkv.Weight, loaded.PrunableLayers.First().Weight.Values.ToSingles());
    }

    [TestMethod]
    [DataRow(NumberFormat.Float16, 65520f)]
    [DataRow(NumberFormat.BFloat16, float.MaxValue)]
    public void Create_WithAWeightThatTheFormatCannotHold_NamesIt(NumberFormat format, float large)
    {
        var weights = RandomNetworks.Random(RandomNetworks.Small, seed: 1);
        weights.Layers[1].Fc1.Weight[5] = -large;
        var plan = new SparsityPlan();
        plan.Add("blocks.1.mlp.fc1", new BlockMask(128, 64, new BlockShape(16, 16)) { [0, 0] = false });

        var error = Assert.ThrowsExactly<ArithmeticException>(() => RandomNetworks.Sparse(weights, plan: null, format));

        StringAssert.StartsWith(error.Message, "blocks.1.mlp.fc1.weight holds -");
        StringAssert.Contains(error.Message, $"{format} holds at most");
        Assert.AreEqual(format, RandomNetworks.Sparse(weights, plan, format).WeightFormat, "a removed weight may be of any size");
        weights.Layers[1].Fc1.Weight[5] = 0;
        weights.Head.Weight[0] = large;
        StringAssert.StartsWith(
            Assert.ThrowsExactly<ArithmeticException>(() => RandomNetworks.Sparse(weights, plan, format)).Message, "head.weight holds");
    }

    /// <summary>x = m · 2^e with m in [0.5, 1), of which 8 bits are kept; .NET rounds a double to the even whole number.</summary>
    private static float NearestEven(float x)
    {
        if (x == 0)
        {
            return x;
        }

        int exponent = Math.Max(Math.ILogB(x) + 1, -125); // below 2^-126 the step is 2^-133
        return (float)Math.ScaleB(Math.Round(Math.ScaleB((double)x, 8 - exponent), MidpointRounding.ToEven), exponent - 8);
    }

    private static IEnumerable<float[]> Matrices(NetworkWeights weights)
    {
        LinearWeights?[] others = [weights.PatchEmbedding, weights.Head, weights.DistillationHead];
        return weights.PrunableLayers.Concat(others.OfType<LinearWeights>()).Select(layer => layer.Weight);
    }

    private static byte[] Bytes(SparseViT network)
    {
        using var stream = new MemoryStream();
        network.Save(stream);
        return stream.ToArray();
    }
}
