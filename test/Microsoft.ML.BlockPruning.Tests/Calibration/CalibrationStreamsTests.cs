using Microsoft.ML.BlockPruning.Calibration;
using Microsoft.ML.BlockPruning.Tests.Torch;
using Microsoft.ML.BlockPruning.Torch;
using static TorchSharp.torch;

namespace Microsoft.ML.BlockPruning.Tests.Calibration;

[TestClass]
public sealed class CalibrationStreamsTests
{
    private TensorLeakGuard _guard = null!;

    [TestInitialize]
    public void StartGuard() => _guard = TensorLeakGuard.Start();

    [TestCleanup]
    public void CheckGuard() => _guard.AssertNothingLeaked();

    [TestMethod]
    public void File_HoldsTheBitsThatMemoryHolds()
    {
        const long images = 5, tokens = 3, features = 4;
        float[] values = [.. Enumerable.Range(0, (int)(images * tokens * features)).Select(i => 1f / (i - 30.5f))];
        values[7] = float.NaN;
        values[8] = -0f;
        using var scope = NewDisposeScope();
        var streams = tensor(values).reshape(images, tokens, features);
        long[] shape = [images, tokens, features];
        foreach (var store in (StreamStore[])[new StreamFile(shape), new StreamMemory(shape)])
        {
            using (store)
            {
                store.Write(3, streams.narrow(0, 3, 2));
                store.Write(0, streams.narrow(0, 0, 3));

                AssertBits(values[12..36], store.Read(1, 2));
                AssertBits([.. values[48..60], .. values[0..12]], store.Select([4, 0]));
                var changed = store.Read(2, 1);
                changed.neg_();
                store.Write(2, changed);
                AssertBits([.. values[24..36].Select(value => -value), .. values[36..48]], store.Read(2, 2));
            }
        }
    }

    [TestMethod]
    [OSCondition(OperatingSystems.Linux)]
    public void File_LeavesNoNameBehind_EvenWhileItIsOpen()
    {
        using var file = new StreamFile([2, 3, 4]);

        Assert.IsEmpty(Directory.EnumerateFiles(Path.GetTempPath(), $"block-pruning-{Environment.ProcessId}-*"));
    }

    [TestMethod]
    public void File_WithoutRoom_SaysHowMuchIsNeededAndWhatToDo()
    {
        var error = Assert.ThrowsExactly<IOException>(() => new StreamFile([1 << 20, 1 << 20, 1 << 10]));

        StringAssert.Contains(error.Message, "4,503,599,627,370,496 bytes");
        StringAssert.Contains(error.Message, Path.GetTempPath());
        StringAssert.Contains(error.Message, "TMPDIR");
    }

    [TestMethod]
    public void Advance_PastAStep_MovesEveryBatchAsTheStepDoes()
    {
        var weights = TinyNetwork.Weights(TinyNetwork.Config(), seed: 3);
        using var scope = NewDisposeScope();
        using var off = no_grad();
        using var network = new TorchNetwork(weights);
        using var generator = new Generator(2, CPU);
        var before = randn(5, weights.Spec.Tokens, weights.Spec.Norm!.Features, generator: generator);
        var expected = before.clone();
        network.Layers[0].Steps[0].Advance(expected);
        using var streams = CalibrationStreams.Of(before, batchSize: 2);
        using var copy = streams.Clone();

        streams.Advance(network.Layers[0].Steps[0], () => { });

        Assert.AreEqual(3, streams.BatchCount);
        Assert.IsLessThan(1e-5, (streams.Select([0, 1, 2, 3, 4]) - expected).abs().max().item<float>());
        AssertBits(TorchDevice.Read<float>(before), copy.Select([0, 1, 2, 3, 4]));
    }

    private static void AssertBits(float[] expected, Tensor actual) => CollectionAssert.AreEqual(
        expected.Select(BitConverter.SingleToInt32Bits).ToArray(),
        TorchDevice.Read<float>(actual).Select(BitConverter.SingleToInt32Bits).ToArray());
}
