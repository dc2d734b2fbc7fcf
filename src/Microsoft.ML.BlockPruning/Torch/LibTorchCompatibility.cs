using System.Runtime.InteropServices;
using Microsoft.ML.BlockPruning.Files;
using TorchSharp;

namespace Microsoft.ML.BlockPruning.Torch;

/// <summary>Loads a patched copy of TorchSharp's shim where the system's libstdc++ is too old for the original.</summary>
/// <remarks>
/// The copy keeps the original's soname, so TorchSharp's own look-up by name then finds the copy in memory (glibc matches a bare name
/// against the sonames of what is loaded): no resolver is installed, nothing global changes.
/// </remarks>
internal static class LibTorchCompatibility
{
    private const string ShimFile = "libLibTorchSharp.so";
    private const string CopyFile = "libLibTorchSharp.compat.so";

    /// <summary>Patches and loads the shim, after libtorch_cpu is loaded and the original was refused.</summary>
    /// <returns>
    /// False where this is not the cause: another system, no shim at hand, or one that does not ask for the missing node.
    /// </returns>
    /// <exception cref="DllNotFoundException">The copy does not load either.</exception>
    public static bool TryLoadShim()
    {
        if (!OperatingSystem.IsLinux() || RuntimeInformation.ProcessArchitecture != Architecture.X64
            || FindShim() is not { } original || PatchOrNull(original) is not { } patched)
        {
            return false;
        }

        string copy = Path.Combine(Path.GetDirectoryName(original)!, CopyFile);
        if (HasContent(copy, patched) || TryWrite(copy, patched))
        {
            NativeLibrary.Load(copy);
        }
        else
        {
            LoadFromTemporaryFolder(patched);
        }

        return true;
    }

    /// <summary>Where the runtime itself looks: the native folders of the application's packages, then the application's own.</summary>
    private static string? FindShim() =>
        ((AppContext.GetData("NATIVE_DLL_SEARCH_DIRECTORIES") as string)?.Split(Path.PathSeparator) ?? [])
            .Append(AppContext.BaseDirectory)
            .Where(folder => folder.Length > 0)
            .Select(folder => Path.Combine(folder, ShimFile))
            .FirstOrDefault(File.Exists);

    private static byte[]? PatchOrNull(string original)
    {
        try
        {
            return LibTorchShim.Patch(File.ReadAllBytes(original));
        }
        catch (InvalidDataException)
        {
            return null; // a damaged file: the loader's own words about it are the better ones
        }
    }

    private static bool HasContent(string path, byte[] bytes)
    {
        try
        {
            return File.Exists(path) && File.ReadAllBytes(path).AsSpan().SequenceEqual(bytes); // else left by another TorchSharp
        }
        catch (Exception error) when (error is UnauthorizedAccessException or IOException)
        {
            return false;
        }
    }

    private static bool TryWrite(string path, byte[] bytes)
    {
        try
        {
            AtomicFile.Write(path, file => file.Write(bytes)); // another process may load the file meanwhile
            return true;
        }
        catch (Exception error) when (error is UnauthorizedAccessException or IOException)
        {
            return false;
        }
    }

    private static void LoadFromTemporaryFolder(byte[] patched)
    {
        // Away from home the copy's run path ($ORIGIN) finds no libtorch: have it in memory first.
        NativeLibrary.Load("torch", typeof(torch).Assembly, searchPath: null);
        var folder = Directory.CreateTempSubdirectory("blockpruning-"); // 0700: nobody else can put a library there
        try
        {
            string copy = Path.Combine(folder.FullName, CopyFile);
            File.WriteAllBytes(copy, patched);
            NativeLibrary.Load(copy);
        }
        finally
        {
            folder.Delete(recursive: true); // a mapped file lives on without its name
        }
    }
}
