using Microsoft.ML.BlockPruning.Calibration;
using Microsoft.ML.BlockPruning.FineTuning;
using Microsoft.ML.BlockPruning.Tests.Torch;
using static TorchSharp.torch;

namespace Microsoft.ML.BlockPruning.Tests.FineTuning;

[TestClass]
public sealed class TrainingBatchesTests
{
    private const int Count = 26;
    private const int BatchSize = 8;
    private readonly CalibrationSet _images =
        TinyNetwork.Calibration(TinyNetwork.Config(), Count, labels: [.. Enumerable.Range(0, Count).Select(i => i % 3)]);

    private TensorLeakGuard _guard = null!;

    [TestInitialize]
    public void StartGuard() => _guard = TensorLeakGuard.Start();

    [TestCleanup]
    public void CheckGuard() => _guard.AssertNothingLeaked();

    [TestMethod]
    public void PartsOf_DrawsNoImageTwiceInAnEpochAndAnotherOrderInTheNext()
    {
        var batches = Create(BatchSize, maximumShift: 0);

        int[] first = [.. Enumerable.Range(0, 3).SelectMany(step => Drawn(batches, step))];
        int[] second = [.. Enumerable.Range(3, 3).SelectMany(step => Drawn(batches, step))];

        Assert.AreEqual(3, batches.StepsPerEpoch);
        CollectionAssert.AllItemsAreUnique(first);
        CollectionAssert.AllItemsAreUnique(second);
        Assert.HasCount(3 * BatchSize, first);
        CollectionAssert.AreNotEqual(first, second);
    }

    [TestMethod]
    public void PartsOf_GivesTheSameBatchWhateverThePartsAndTheStepsBefore()
    {
        var whole = Create(BatchSize, maximumShift: 2);
        Values(whole, 0);
        Values(whole, 3);
        float[] expected = Values(whole, 4);

        CollectionAssert.AreEqual(expected, Values(Create(largestPart: 3, maximumShift: 2), 4)); // 3 + 3 + 2
        CollectionAssert.AreNotEqual(expected, Values(whole, 5));
    }

    [TestMethod]
    public void BatchSize_IsTheNumberOfImagesWhereThereAreFewer() =>
        Assert.AreEqual(Count, new TrainingBatches(_images, 1000, 1000, new FlipAndShift(4, false, 0), 1).BatchSize);

    private TrainingBatches Create(int largestPart, int maximumShift) => new(
        _images, BatchSize, largestPart, new FlipAndShift(4, flips: maximumShift > 0, maximumShift), seed: 9);

    // Which images a batch holds; each must come with its own label.
    private List<int> Drawn(TrainingBatches batches, int step)
    {
        using var scope = NewDisposeScope();
        var drawn = new List<int>();
        foreach (var (images, labels) in batches.PartsOf(step))
        {
            foreach (var (image, label) in images.data<float>().ToArray().Chunk(16).Zip(labels!.data<long>().ToArray()))
            {
                int index = Enumerable.Range(0, Count).Single(i => _images.ImageAt(i).SequenceEqual(image));
                Assert.AreEqual(index % 3, label);
                drawn.Add(index);
            }
        }

        return drawn;
    }

    private static float[] Values(TrainingBatches batches, int step)
    {
        using var scope = NewDisposeScope();
        return [.. batches.PartsOf(step).SelectMany(part => part.Images.data<float>().ToArray())];
    }
}
