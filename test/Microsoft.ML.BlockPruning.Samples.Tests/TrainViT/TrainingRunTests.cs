using FashionMnist;
using global::TrainViT;
using Microsoft.ML.BlockPruning.Networks;
using Microsoft.ML.BlockPruning.Torch;
using TorchSharp;

namespace Microsoft.ML.BlockPruning.Samples.Tests.TrainViT;

[TestClass]
public sealed class TrainingRunTests
{
    [ClassInitialize]
    public static void LoadLibTorch(TestContext context)
    {
        LibTorch.EnsureLoaded();
        torch.set_num_threads(1); // sums in one order
    }

    [TestMethod]
    public void Run_StoppedAndResumedEndsWhereAnUnbrokenRunEnds()
    {
        using var data = new TemporaryFolder();
        WriteImages(data.Path, FashionMnistData.TrainingPrefix, count: 64);
        WriteImages(data.Path, FashionMnistData.TestPrefix, count: 16);
        using var unbroken = new TemporaryFolder();
        using var broken = new TemporaryFolder();

        var expected = Train(data.Path, unbroken.Path, CancellationToken.None);
        using var stop = new CancellationTokenSource();
        Assert.ThrowsExactly<OperationCanceledException>(() => Train(data.Path, broken.Path, stop.Token, stopAfterEpoch: stop));
        var resumed = Train(data.Path, broken.Path, CancellationToken.None);

        foreach (var (one, other) in expected.Tensors.Zip(resumed.Tensors))
        {
            CollectionAssert.AreEqual(one.Values, other.Values, one.Name);
        }
    }

    private static NetworkWeights Train(
        string data, string output, CancellationToken cancellation, CancellationTokenSource? stopAfterEpoch = null)
    {
        using var run = new TrainingRun(new TrainingOptions
        {
            DataFolder = data,
            OutputFolder = output,
            Epochs = 3,
            BatchSize = 16,
            EmbedDim = 16,
            Depth = 1,
            NumHeads = 2,
            MlpDim = 32,
            WarmupEpochs = 1,
        });
        return run.Run((_, _, _) => { }, (_, _, _, _) => stopAfterEpoch?.Cancel(), cancellation);
    }

    private static void WriteImages(string folder, string prefix, int count)
    {
        var random = new Random(5);
        byte[] pixels = new byte[count * 28 * 28];
        random.NextBytes(pixels);
        byte[] labels = [.. Enumerable.Range(0, count).Select(i => (byte)(i % 10))];
        new LabelledImages(new IdxImages(count, 28, 28, pixels), labels).Write(folder, prefix);
    }
}
