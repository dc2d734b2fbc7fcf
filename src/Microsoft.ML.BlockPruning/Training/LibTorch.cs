using System.Runtime.InteropServices;
using System.Runtime.Loader;
using TorchSharp;

namespace Microsoft.ML.BlockPruning.Training;

/// <summary>Loads libtorch, which pruning and training need and scoring does not.</summary>
public static class LibTorch
{
    private const string Shim = "libLibTorchSharp.so";
    private static readonly Lazy<Exception?> Failure = new(Load);

    /// <summary>Loads libtorch once; later calls return at once.</summary>
    /// <remarks>
    /// On Linux x64 with a libstdc++ older than GCC 13.2 it loads a patched copy of TorchSharp's shim (<c>libLibTorchSharp.compat.so</c>,
    /// written beside the original or, where that folder is read-only, to the temporary folder). Elsewhere it changes nothing.
    /// </remarks>
    /// <exception cref="NotSupportedException">libtorch cannot be loaded; the message says why and what to do.</exception>
    public static void EnsureLoaded()
    {
        if (Failure.Value is { } failure)
        {
            throw new NotSupportedException(failure.Message, failure);
        }
    }

    private static NotSupportedException? Load()
    {
        if (OperatingSystem.IsLinux() && RuntimeInformation.ProcessArchitecture == Architecture.X64)
        {
            AssemblyLoadContext.Default.ResolvingUnmanagedDll += (_, name) =>
                name is "LibTorchSharp" or "libLibTorchSharp" ? LoadPatchedShim() : 0;
        }

        try
        {
            torch.InitializeDeviceType(DeviceType.CPU);
            return null;
        }
        catch (Exception error) when (error is NotSupportedException or TypeInitializationException or DllNotFoundException)
        {
            return new NotSupportedException(Explain(), error);
        }
    }

    private static nint LoadPatchedShim()
    {
        string? original = ShimPath();
        if (original is null || LibTorchShim.Patch(File.ReadAllBytes(original)) is not { } patched)
        {
            return 0;
        }

        string folder = Path.GetDirectoryName(original)!;
        string path = Path.Combine(folder, "libLibTorchSharp.compat.so");
        if (!TryWrite(path, patched))
        {
            // The copy's run path ($ORIGIN) no longer finds libtorch: load it first, its soname then resolves.
            foreach (string dependency in new[] { "libc10.so", "libtorch_cpu.so", "libtorch.so" })
            {
                NativeLibrary.Load(Path.Combine(folder, dependency));
            }

            path = Path.Combine(Directory.CreateTempSubdirectory("blockpruning-").FullName, "libLibTorchSharp.compat.so");
            File.WriteAllBytes(path, patched);
        }

        return NativeLibrary.Load(path);
    }

    private static string? ShimPath() =>
        new[] { AppContext.BaseDirectory, Path.Combine(AppContext.BaseDirectory, "runtimes", "linux-x64", "native") }
            .Select(folder => Path.Combine(folder, Shim))
            .FirstOrDefault(File.Exists);

    private static bool TryWrite(string path, byte[] bytes)
    {
        if (File.Exists(path) && new FileInfo(path).Length == bytes.Length)
        {
            return true;
        }

        try
        {
            // Another process may load the file while we write it: write aside, then rename.
            string aside = $"{path}.{Environment.ProcessId}";
            File.WriteAllBytes(aside, bytes);
            File.Move(aside, path, overwrite: true);
            return true;
        }
        catch (Exception error) when (error is UnauthorizedAccessException or IOException)
        {
            return false;
        }
    }

    private static string Explain()
    {
        if (OperatingSystem.IsLinux() && ShimPath() is { } path)
        {
            try
            {
                NativeLibrary.Load(path);
            }
            catch (DllNotFoundException error)
            {
                return $"libtorch was found but does not load: {error.Message.Split('\n')[0]} Pruning and training need it; scoring does not.";
            }
        }

        return "libtorch was not found. Pruning and training need it (scoring does not): reference libtorch-cpu-linux-x64, "
            + "libtorch-cpu-win-x64, libtorch-cpu-osx-arm64, or a TorchSharp-cuda package, of the version that TorchSharp names, in the application.";
    }
}
