using Microsoft.ML.BlockPruning.Torch;
using TorchSharp;

namespace Microsoft.ML.BlockPruning.Tests.Torch;

[TestClass]
public sealed class TensorArithmeticTests
{
    // Rounds and not seconds: on a busy machine a second held one round. TorchSharp's own operators fail within them.
    private const int Rounds = 500;

    private TensorLeakGuard _guard = null!;

    [TestInitialize]
    public void StartGuard() => _guard = TensorLeakGuard.Start();

    [TestCleanup]
    public void CheckGuard() => _guard.AssertNothingLeaked();

    [TestMethod]
    public void Operations_AreElementwise()
    {
        using var scope = torch.NewDisposeScope();
        var x = torch.tensor(new[] { 1f, -2f });
        var y = torch.tensor(new[] { 10f, 20f });

        AssertValues([11, 18], x.Plus(y));
        AssertValues([0.5f, -1], x.Times(0.5));
        x.Accumulate(y);
        AssertValues([11, 18], x);
        x.Accumulate(0.5);
        AssertValues([11.5f, 18.5f], x);
        x.Scale(2);
        AssertValues([23, 37], x);
        AssertValues([10, 20], y);
        var z = torch.tensor(new[] { -0f, float.NaN, 3f });
        z.Clear(torch.tensor(new[] { true, true, false }));
        CollectionAssert.AreEqual(new[] { 0, 0, BitConverter.SingleToInt32Bits(3) }, z.bytes.ToArray().Chunk(4)
            .Select(value => BitConverter.ToInt32(value)).ToArray());
    }

    [TestMethod]
    public void Operations_StayRightWhileGarbageIsCollected()
    {
        using var scope = torch.NewDisposeScope();
        var one = torch.ones(64, 64);

        int collections = CollectDuring(() =>
        {
            using var round = torch.NewDisposeScope();
            var sum = torch.zeros(64, 64);
            for (int i = 0; i < 10; i++)
            {
                sum.Accumulate(one);
                sum.Accumulate(0.5);
                sum.Scale(2);
                sum.copy_(sum.Plus(one).Times(0.5));
            }

            // Each turn adds 2: ((s + 1.5) · 2 + 1) / 2 = s + 2.
            Assert.AreEqual(20f, sum.min().item<float>());
            Assert.AreEqual(20f, sum.max().item<float>());
        });

        Assert.IsGreaterThan(0, collections);
    }

    private static int CollectDuring(Action round)
    {
        using var stop = new CancellationTokenSource();
        using var begun = new ManualResetEventSlim();
        int collections = 0;
        var collector = new Thread(() =>
        {
            for (; !stop.IsCancellationRequested; collections++)
            {
                GC.Collect(0);
                GC.WaitForPendingFinalizers();
                begun.Set();
            }
        });
        collector.Start();
        try
        {
            begun.Wait();
            for (int i = 0; i < Rounds; i++)
            {
                round();
            }
        }
        finally
        {
            stop.Cancel();
            collector.Join();
        }

        return collections;
    }

    private static void AssertValues(float[] expected, torch.Tensor actual) =>
        CollectionAssert.AreEqual(expected, actual.data<float>().ToArray());
}
