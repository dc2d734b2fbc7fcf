using System.Diagnostics;
using Microsoft.ML.BlockPruning.Torch;
using TorchSharp;

namespace Microsoft.ML.BlockPruning.Tests.Torch;

[TestClass]
public sealed class TensorArithmeticTests
{
    // TorchSharp's own operators fail about 40 times a second here.
    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(1.5);

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
        int rounds = 0;

        CollectDuring(() =>
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
            rounds++;
        });

        Assert.IsGreaterThan(10, rounds);
    }

    private static void CollectDuring(Action round)
    {
        using var stop = new CancellationTokenSource();
        var collector = new Thread(() =>
        {
            while (!stop.IsCancellationRequested)
            {
                GC.Collect(0);
                GC.WaitForPendingFinalizers();
            }
        });
        collector.Start();
        try
        {
            for (var clock = Stopwatch.StartNew(); clock.Elapsed < Duration;)
            {
                round();
            }
        }
        finally
        {
            stop.Cancel();
            collector.Join();
        }
    }

    private static void AssertValues(float[] expected, torch.Tensor actual) =>
        CollectionAssert.AreEqual(expected, actual.data<float>().ToArray());
}
