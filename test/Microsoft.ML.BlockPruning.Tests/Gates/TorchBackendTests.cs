using System.Diagnostics;

namespace Microsoft.ML.BlockPruning.Tests.Gates;

/// <summary>Which libtorch an application gets; evaluated only, nothing is restored.</summary>
[TestClass]
public sealed class TorchBackendTests
{
    [TestMethod]
    [DataRow("cpu", true, false)]
    [DataRow("cuda", false, true)]
    [DataRow("none", false, false)]
    public void PackageReferences_NameLibTorchForCudaOnlyWhereItIsAskedFor(string backend, bool hasCpu, bool hasCuda)
    {
        string packages = PackageReferences("src/Samples/BlockPrune.Cli", backend);

        Assert.AreEqual(hasCpu, packages.Contains("\"libtorch-cpu-", StringComparison.Ordinal), packages);
        Assert.AreEqual(hasCuda, packages.Contains("\"TorchSharp-cuda-", StringComparison.Ordinal), packages);
        if (hasCuda && OperatingSystem.IsLinux())
        {
            Assert.Contains("\"TorchSharp-cuda-linux\"", packages);
        }
    }

    private static string PackageReferences(string project, string backend)
    {
        var start = new ProcessStartInfo("dotnet") { WorkingDirectory = RepositoryFiles.Root, RedirectStandardOutput = true };
        foreach (string argument in new[] { "msbuild", project, $"-p:TorchBackend={backend}", "-getItem:PackageReference" })
        {
            start.ArgumentList.Add(argument);
        }

        using var process = Process.Start(start)!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.AreEqual(0, process.ExitCode, output);
        return output;
    }
}
