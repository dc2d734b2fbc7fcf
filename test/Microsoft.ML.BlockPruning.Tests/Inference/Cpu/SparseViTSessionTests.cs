using Microsoft.ML.BlockPruning.Checkpoints;
using Microsoft.ML.BlockPruning.Checkpoints.Containers.Safetensors;
using Microsoft.ML.BlockPruning.Inference.Cpu;
using Microsoft.ML.BlockPruning.Kernels.Cpu;
using Microsoft.ML.BlockPruning.Kernels.Cpu.Layout;
using Microsoft.ML.BlockPruning.Networks;
using Microsoft.ML.BlockPruning.Sparsity;
using Microsoft.ML.BlockPruning.Tests.Checkpoints;
using Microsoft.ML.BlockPruning.Tests.Kernels.Cpu;
using Microsoft.ML.BlockPruning.Torch;
using TorchSharp;

namespace Microsoft.ML.BlockPruning.Tests.Inference.Cpu;

[TestClass]
public sealed class SparseViTSessionTests
{
    // torch's logits of a network, for the kernels to share.
    private static readonly Dictionary<(string Config, int Height, int Width), float[]> TorchLogits = [];

    public static IEnumerable<(string Config, string Kernel, int Height, int Width, double Density)> Networks =>
        from config in RandomNetworks.Configs.Keys
        from kernel in TestKernels.Names
        from block in new[] { (0, 0, 1.0), (8, 8, 0.5), (12, 10, 0.5), (16, 16, 0.2) }
        select (config, kernel, block.Item1, block.Item2, block.Item3);

    [TestMethod]
    [DynamicData(nameof(Networks))]
    public void Score_AgreesWithTorch_ToATenThousandthOfTheLargestLogit(
        string configName, string kernelName, int height, int width, double density)
    {
        var kernel = TestKernels.SupportedOrInconclusive(kernelName);
        var config = RandomNetworks.Configs[configName];
        var weights = RandomNetworks.Random(config, seed: 1);
        var plan = height == 0 ? null : RandomNetworks.Prune(weights, new BlockShape(height, width), density, seed: 2);
        float[] images = RandomNetworks.Images(config, 3, seed: 3);
        if (!TorchLogits.TryGetValue((configName, height, width), out float[]? expected))
        {
            expected = TorchScore(weights, images);
            TorchLogits.Add((configName, height, width), expected);
        }

        using var session = new SparseViTSession(RandomNetworks.Sparse(weights, plan), threads: 2, kernel);

        float[] logits = RandomNetworks.Score(session, images);

        float largest = expected.Max(Math.Abs);
        Assert.IsGreaterThan(0.1f, largest, "the network says nothing");
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.AreEqual(expected[i], logits[i], 1e-4f * largest, $"image {i / config.NumClasses}, class {i % config.NumClasses}");
        }
    }

    [TestMethod]
    [DynamicData(nameof(TestKernels.Names), typeof(TestKernels))]
    public void Score_AgreesWithTorchvisionInDoubleArithmetic(string kernelName)
    {
        var kernel = TestKernels.SupportedOrInconclusive(kernelName);
        using var expected = SafetensorsFile.Open(TinyViT.ExpectedPath);
        float[] logits = expected.ReadSingles("logits");
        using var session = new SparseViTSession(RandomNetworks.Sparse(ViTCheckpoint.Load(TinyViT.ModelPath)), threads: 2, kernel);

        float[] found = RandomNetworks.Score(session, expected.ReadSingles("images"));

        for (int i = 0; i < logits.Length; i++)
        {
            Assert.AreEqual(logits[i], found[i], 1e-5f * logits.Max(Math.Abs), $"logit {i}");
        }
    }

    [TestMethod]
    [DynamicData(nameof(TestKernels.Names), typeof(TestKernels))]
    public void Score_OfADistilledNetworkOfAnOddShape_AgreesWithPyTorchInDoubleArithmetic(string kernelName)
    {
        var kernel = TestKernels.SupportedOrInconclusive(kernelName);
        using var expected = SafetensorsFile.Open(DistilledViT.ExpectedPath);
        float[] logits = expected.ReadSingles("logits");
        using var session = new SparseViTSession(RandomNetworks.Sparse(ViTCheckpoint.Load(DistilledViT.ModelPath)), threads: 2, kernel);

        float[] found = RandomNetworks.Score(session, expected.ReadSingles("images"));

        Assert.HasCount(21, logits);
        for (int i = 0; i < logits.Length; i++)
        {
            Assert.AreEqual(logits[i], found[i], 1e-5f * logits.Max(Math.Abs), $"logit {i}");
        }
    }

    [TestMethod]
    [DynamicData(nameof(TestKernels.Names), typeof(TestKernels))]
    public void Score_GivesTheSameBits_ForEveryKernelThreadCountAndPlaceInTheBatch(string kernelName)
    {
        var kernel = TestKernels.SupportedOrInconclusive(kernelName);
        var network = RandomNetworks.SmallPruned();
        int classes = network.Spec.NumClasses;
        float[] images = RandomNetworks.Images(network.Spec, 5, seed: 3);
        using var reference = new SparseViTSession(network, threads: 1, CpuKernels.All[^1]);
        float[] expected = RandomNetworks.Score(reference, images);
        foreach (int threads in new[] { 1, 2, 3 })
        {
            using var session = new SparseViTSession(network, threads, kernel);
            CollectionAssert.AreEqual(expected, RandomNetworks.Score(session, images), $"{threads} threads");
            for (int image = 0; image < 5; image++)
            {
                float[] alone = RandomNetworks.Score(session, [.. images.Chunk(network.Spec.ImageDim).ElementAt(image)]);
                float[] wanted = expected[(image * classes)..((image + 1) * classes)];
                CollectionAssert.AreEqual(wanted, alone, $"{threads} threads, image {image} alone");
            }
        }
    }

    [TestMethod]
    public void Score_OfABatchLargerThanTheWorkspace_GivesTheSameBitsAsItsParts()
    {
        var network = RandomNetworks.SmallPruned();
        float[] images = RandomNetworks.Images(network.Spec, 150, seed: 4);
        using var session = new SparseViTSession(network, threads: 2);

        float[] whole = RandomNetworks.Score(session, images);

        foreach (int size in new[] { 1, 7, 64 })
        {
            float[] parts = [.. images.Chunk(size * network.Spec.ImageDim).SelectMany(part => RandomNetworks.Score(session, part))];
            CollectionAssert.AreEqual(whole, parts, $"batches of {size}");
        }
    }

    [TestMethod]
    public void Score_FromEightThreadsAtOnce_GivesTheSameBits()
    {
        var network = RandomNetworks.SmallPruned();
        float[] images = RandomNetworks.Images(network.Spec, 9, seed: 5);
        using var session = new SparseViTSession(network, threads: 2);
        float[] expected = RandomNetworks.Score(session, images);
        float[][][] found = new float[8][][];

        var threads = Enumerable.Range(0, 8).Select(t => new Thread(() =>
            found[t] = [.. Enumerable.Range(0, 20).Select(_ => RandomNetworks.Score(session, images))])).ToArray();
        Array.ForEach(threads, thread => thread.Start());
        Array.ForEach(threads, thread => thread.Join());

        foreach (float[] logits in found.SelectMany(results => results))
        {
            CollectionAssert.AreEqual(expected, logits);
        }
    }

    [TestMethod]
    public void Score_AllocatesNothing_AfterTheFirstBatchOfASize()
    {
        var network = RandomNetworks.SmallPruned();
        float[] images = RandomNetworks.Images(network.Spec, 4, seed: 6);
        float[] logits = new float[4 * network.Spec.NumClasses];
        using var session = new SparseViTSession(network, threads: 2);
        session.Score(images, 4, logits);
        long native = NativeBuffer.LiveBytes;
        long before = GC.GetAllocatedBytesForCurrentThread();

        for (int i = 0; i < 10; i++)
        {
            session.Score(images, 4, logits);
            session.Score(images.AsSpan(0, network.Spec.ImageDim), 1, logits.AsSpan(0, network.Spec.NumClasses));
        }

        Assert.AreEqual(before, GC.GetAllocatedBytesForCurrentThread());
        Assert.AreEqual(native, NativeBuffer.LiveBytes);
    }

    [TestMethod]
    public void Score_OfAnImageWithNaN_IsNaN_AndOfTheOthersUnchanged()
    {
        var network = RandomNetworks.SmallPruned();
        float[] images = RandomNetworks.Images(network.Spec, 3, seed: 7);
        using var session = new SparseViTSession(network, threads: 2);
        float[] expected = RandomNetworks.Score(session, images);
        images[network.Spec.ImageDim + 5] = float.NaN;

        float[] logits = RandomNetworks.Score(session, images);

        for (int i = 0; i < logits.Length; i++)
        {
            float wanted = i / network.Spec.NumClasses == 1 ? float.NaN : expected[i];
            Assert.AreEqual(wanted, logits[i], $"logit {i}");
        }
    }

    [TestMethod]
    public void Score_OfNoImages_DoesNothing()
    {
        using var session = new SparseViTSession(RandomNetworks.SmallPruned(), threads: 2);
        session.Score([], 0, []);
    }

    [TestMethod]
    public void Score_WithWrongLengths_SaysWhatItNeedsAndFound()
    {
        using var session = new SparseViTSession(RandomNetworks.SmallPruned(), threads: 1);

        var pixels = Assert.ThrowsExactly<ArgumentException>(() => session.Score(new float[1567], 2, new float[20]));
        StringAssert.Contains(pixels.Message, "2 images need 1568 pixel values (1x28x28 each) and 20 logits (10 each), found 1567 and 20");
        Assert.ThrowsExactly<ArgumentException>(() => session.Score(new float[1568], 2, new float[21]));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => session.Score([], -1, []));
    }

    [TestMethod]
    public void Dispose_FreesAllNativeMemory_AndEndsUse()
    {
        long before = NativeBuffer.LiveBytes;
        var network = RandomNetworks.SmallPruned();
        var session = new SparseViTSession(network, threads: 2);
        float[] images = RandomNetworks.Images(network.Spec, 2, seed: 8);
        RandomNetworks.Score(session, images[..network.Spec.ImageDim]);
        RandomNetworks.Score(session, images);

        session.Dispose();
        session.Dispose();

        Assert.AreEqual(before, NativeBuffer.LiveBytes);
        Assert.ThrowsExactly<ObjectDisposedException>(() => RandomNetworks.Score(session, images));
        Assert.ThrowsExactly<ObjectDisposedException>(() => session.Score([], 0, []));
    }

    [TestMethod]
    public void Dispose_DuringCalls_LetsThemFinish_AndFreesAfterwards()
    {
        long before = NativeBuffer.LiveBytes;
        var network = RandomNetworks.SmallPruned();
        float[] images = RandomNetworks.Images(network.Spec, 16, seed: 9);
        var session = new SparseViTSession(network, threads: 2);
        float[] expected = RandomNetworks.Score(session, images);
        using var started = new CountdownEvent(4);
        int finished = 0;
        int refused = 0;
        var threads = Enumerable.Range(0, 4).Select(_ => new Thread(() =>
        {
            started.Signal();
            try
            {
                while (true)
                {
                    CollectionAssert.AreEqual(expected, RandomNetworks.Score(session, images));
                    Interlocked.Increment(ref finished);
                }
            }
            catch (ObjectDisposedException)
            {
                Interlocked.Increment(ref refused);
            }
        })).ToArray();
        Array.ForEach(threads, thread => thread.Start());
        started.Wait();
        SpinWait.SpinUntil(() => Volatile.Read(ref finished) > 8, TimeSpan.FromSeconds(30));

        session.Dispose();
        Array.ForEach(threads, thread => thread.Join());

        Assert.AreEqual(4, refused);
        Assert.AreEqual(before, NativeBuffer.LiveBytes);
    }

    private static float[] TorchScore(NetworkWeights weights, float[] images)
    {
        using var scope = torch.NewDisposeScope();
        using var noGradients = torch.no_grad();
        var config = weights.Config;
        using var torchNetwork = new TorchNetwork(weights);
        torchNetwork.Module.eval();
        var batch = torch.tensor(images).reshape(-1, config.Channels, config.ImageSize, config.ImageSize);
        return torchNetwork.Forward(batch).data<float>().ToArray();
    }
}
