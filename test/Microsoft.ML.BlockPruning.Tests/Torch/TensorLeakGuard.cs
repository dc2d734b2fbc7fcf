using TorchSharp;

namespace Microsoft.ML.BlockPruning.Tests.Torch;

/// <summary>Fails a test that leaves a TorchSharp tensor alive, waiting for the finalizer or for ever.</summary>
/// <remarks>
/// Start it in [TestInitialize], assert in [TestCleanup], or wrap a few lines:
/// <code>var guard = TensorLeakGuard.Start(); … guard.AssertNothingLeaked();</code>
/// It counts the tensors of the thread it runs on. <c>torch.Tensor.TotalCount</c> counts all threads, but also the empty wrappers that
/// <c>nn.Linear</c> and <c>nn.Parameter</c> leave behind without native memory.
/// </remarks>
internal sealed class TensorLeakGuard
{
    private readonly long _before;

    private TensorLeakGuard(long before) => _before = before;

    public static TensorLeakGuard Start() => new(DisposeScopeManager.Statistics.ThreadTotalLiveCount);

    public void AssertNothingLeaked()
    {
        long leaked = DisposeScopeManager.Statistics.ThreadTotalLiveCount - _before;
        Assert.IsTrue(leaked <= 0, $"{leaked} tensors are still alive; wrap the work in torch.NewDisposeScope().");
    }
}
