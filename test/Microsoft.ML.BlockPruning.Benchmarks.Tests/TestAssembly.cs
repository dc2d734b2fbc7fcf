using Microsoft.ML.BlockPruning.Training;

// Every network takes two threads of its own.
[assembly: DoNotParallelize]

namespace Microsoft.ML.BlockPruning.Benchmarks.Tests;

[TestClass]
public static class TestAssembly
{
    [AssemblyInitialize]
    public static void Initialize(TestContext context) => LibTorch.EnsureLoaded();
}
