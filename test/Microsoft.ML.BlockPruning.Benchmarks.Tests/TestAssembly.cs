// Every network takes two threads of its own.
using Microsoft.ML.BlockPruning.Torch;

[assembly: DoNotParallelize]

namespace Microsoft.ML.BlockPruning.Benchmarks.Tests;

[TestClass]
public static class TestAssembly
{
    [AssemblyInitialize]
    public static void Initialize(TestContext context) => LibTorch.EnsureLoaded();
}
