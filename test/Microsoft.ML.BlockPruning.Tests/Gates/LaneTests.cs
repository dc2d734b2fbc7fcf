using System.Runtime.Intrinsics.X86;
using Microsoft.ML.BlockPruning.Kernels.Cpu;

namespace Microsoft.ML.BlockPruning.Tests.Gates;

/// <summary>
/// eng/test.sh says in BLOCKPRUNING_LANE which lane it runs; a switch that the runtime ignores must not look like a lane that passed.
/// </summary>
[TestClass]
public sealed class LaneTests
{
    [TestMethod]
    public void Lane_RunsWhatItClaims()
    {
        switch (Environment.GetEnvironmentVariable("BLOCKPRUNING_LANE"))
        {
            case "default":
                Assert.AreSame(CpuKernels.All.First(kernel => kernel.IsSupported), CpuKernels.Selected);
                break;
            case "no-avx512":
                Assert.IsFalse(Avx512F.IsSupported, "DOTNET_EnableAVX512=0 did nothing.");
                Assert.DoesNotContain("avx512", CpuKernels.Selected.Name);
                break;
            case "portable":
                Assert.AreEqual("portable", CpuKernels.Selected.Name);
                break;
            case null:
                Assert.Inconclusive("No lane is claimed: the tests were not started by eng/test.sh.");
                break;
            case var unknown:
                Assert.Fail($"'{unknown}' is no lane.");
                break;
        }
    }
}
