using System.Runtime.InteropServices;

namespace Microsoft.ML.BlockPruning.Tests.Torch;

/// <summary>TorchSharp's native shim as its package ships it; the tests that need it are inconclusive on other systems.</summary>
internal static class ShimFile
{
    public static string NativeFolder => Path.Combine(AppContext.BaseDirectory, "runtimes", "linux-x64", "native");

    public static byte[] ReadOrInconclusive()
    {
        string path = Path.Combine(NativeFolder, "libLibTorchSharp.so");
        if (!OperatingSystem.IsLinux() || RuntimeInformation.ProcessArchitecture != Architecture.X64 || !File.Exists(path))
        {
            Assert.Inconclusive("The shim that is patched belongs to Linux x64.");
        }

        return File.ReadAllBytes(path);
    }
}
