using System.Globalization;
using System.Reflection;
using System.Runtime.Intrinsics.X86;
using Microsoft.ML.BlockPruning.Formats;
using Microsoft.ML.BlockPruning.Kernels.Cpu;

namespace Microsoft.ML.BlockPruning.Tests.Gates;

/// <summary>
/// eng/test.sh says in BLOCKPRUNING_LANE which lane it runs, and eng/test-matrix.sh in two more on what; a switch that the runtime or the
/// build ignores must not look like one that passed.
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
                Assert.AreEqual(CpuKernels.All.First(kernel => kernel.IsSupported).Name, CpuKernels.Selected.Name);
                break;
            case "no-avx512":
                Assert.IsFalse(Avx512F.IsSupported, "DOTNET_EnableAVX512=0 did nothing.");
                Assert.DoesNotContain("avx512", CpuKernels.Selected.NameOf(Enum.GetValues<ProductFormat>()));
                break;
            case "portable":
                Assert.AreEqual("portable", CpuKernels.Selected.NameOf(Enum.GetValues<ProductFormat>()));
                break;
            case null:
                Assert.Inconclusive("No lane is claimed: the tests were not started by eng/test.sh.");
                break;
            case var unknown:
                Assert.Fail($"'{unknown}' is no lane.");
                break;
        }
    }

    [TestMethod]
    public void Runtime_IsTheOneOfTheMatrix() =>
        Assert.AreEqual(Claimed("BLOCKPRUNING_RUNTIME"), Environment.Version.Major.ToString(CultureInfo.InvariantCulture));

    [TestMethod]
    public void MlNet_IsTheOneOfTheMatrix()
    {
        string version = typeof(MLContext).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;

        Assert.AreEqual(Claimed("BLOCKPRUNING_MLNET"), version.Split('.')[0]);
    }

    private static string Claimed(string variable)
    {
        string? claimed = Environment.GetEnvironmentVariable(variable);
        if (claimed is null)
        {
            Assert.Inconclusive("The tests were not started by eng/test-matrix.sh.");
        }

        return claimed;
    }
}
