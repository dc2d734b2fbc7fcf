using TorchSharp;

namespace Microsoft.ML.BlockPruning.Tests.Training;

/// <summary>Fails a test that leaves a TorchSharp tensor alive, waiting for the finalizer or for ever.</summary>
/// <remarks>
/// Start it in [TestInitialize], assert in [TestCleanup], or wrap a few lines:
/// <code>var guard = TensorLeakGuard.Start(); … guard.AssertNothingLeaked();</code>
/// It counts the process's tensors on every thread; tests do not run in parallel.
/// </remarks>
internal sealed class TensorLeakGuard
{
    private readonly long _before;

    private TensorLeakGuard(long before) => _before = before;

    public static TensorLeakGuard Start()
    {
        // What earlier code left to the finalizer must not hide what this test leaks.
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return new TensorLeakGuard(torch.Tensor.TotalCount);
    }

    public void AssertNothingLeaked()
    {
        long leaked = torch.Tensor.TotalCount - _before;
        Assert.IsTrue(leaked <= 0, $"{leaked} tensors are still alive; wrap the work in torch.NewDisposeScope().");
    }
}
