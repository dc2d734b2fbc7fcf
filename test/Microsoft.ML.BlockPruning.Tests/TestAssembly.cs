using Microsoft.ML.BlockPruning.Torch;
using TorchSharp;

// libtorch's generator and thread count belong to the process, and leak checks count the process's tensors.
[assembly: DoNotParallelize]

namespace Microsoft.ML.BlockPruning.Tests;

[TestClass]
public static class TestAssembly
{
    /// <summary>The same number on every machine: libtorch's sums depend on it in the last bits.</summary>
    public const int TorchThreads = 2;

    [AssemblyInitialize]
    public static void Initialize(TestContext context)
    {
        LibTorch.EnsureLoaded();
        torch.set_num_threads(TorchThreads);
    }
}
