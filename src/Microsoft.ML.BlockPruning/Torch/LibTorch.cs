using System.Runtime.InteropServices;
using TorchSharp;

namespace Microsoft.ML.BlockPruning.Torch;

/// <summary>Loads libtorch, which pruning and training need and scoring does not.</summary>
public static class LibTorch
{
    private const string Core = "torch_cpu";
    private const string Cuda = "torch_cuda";
    private const string Shim = "LibTorchSharp";

    // One attempt a process: the loader remembers what it has seen, so a second one would tell nothing new.
    private static readonly Lazy<NotSupportedException?> Failure = new(Load);

    /// <summary>Loads libtorch once; later calls return, or fail with the same message, at once. Any thread may call it.</summary>
    /// <remarks>
    /// On Linux x64 with a libstdc++ older than GCC 13.2 (Debian 12, Ubuntu 22.04) it loads a patched copy of TorchSharp's shim,
    /// <c>libLibTorchSharp.compat.so</c>, kept beside the original or, where that folder is read-only, made for the process.
    /// Elsewhere it changes nothing. Call it before anything of TorchSharp: after TorchSharp has failed by itself its types stay broken.
    /// </remarks>
    /// <exception cref="NotSupportedException">libtorch cannot be loaded; the message says why and what to do.</exception>
    public static void EnsureLoaded()
    {
        if (Failure.Value is { } failure)
        {
            throw new NotSupportedException(failure.Message, failure);
        }
    }

    /// <summary>Why the loaded libtorch cannot compute on a GPU; null where it can.</summary>
    /// <remarks>
    /// TorchSharp itself is asked only where the CUDA half is there: where it looks in vain it copies natives, see <see cref="Load"/>.
    /// </remarks>
    internal static string? CudaRefusal()
    {
        EnsureLoaded();
        if (!NativeLibrary.TryLoad(Cuda, typeof(torch).Assembly, searchPath: null, out _))
        {
            return "its libtorch computes on the CPU only";
        }

        return torch.cuda.is_available() ? null : "its libtorch for CUDA sees no GPU, or needs a newer driver";
    }

    /// <summary>Looks for the libraries by the very names TorchSharp asks for, before it does.</summary>
    /// <remarks>
    /// Where TorchSharp looks in vain it copies half a gigabyte of natives from the package cache into <c>cpu</c> beside the
    /// application, and its type initializer fails for the rest of the process with a text that names the wrong reason.
    /// </remarks>
    private static NotSupportedException? Load()
    {
        try
        {
            NativeLibrary.Load(Core, typeof(torch).Assembly, searchPath: null);
            if (!NativeLibrary.TryLoad(Shim, typeof(torch).Assembly, searchPath: null, out _) && !LibTorchCompatibility.TryLoadShim())
            {
                NativeLibrary.Load(Shim, typeof(torch).Assembly, searchPath: null); // once more, for the loader's reason
            }

            torch.InitializeDeviceType(DeviceType.CPU);
            return null;
        }
        catch (Exception error) when (error is DllNotFoundException or BadImageFormatException or NotSupportedException
            or TypeInitializationException or IOException or UnauthorizedAccessException)
        {
            return new NotSupportedException(Explain(error), error);
        }
    }

    private static string Explain(Exception error)
    {
        string? reason = error is DllNotFoundException
            ? LoaderReason(error.Message)
            : (error.InnerException ?? error).Message.Split('\n')[0];
        return (reason is null ? "libtorch was not found." : $"libtorch was found but does not load: {reason.TrimEnd('.')}.")
            + " Pruning and training need it (scoring does not): reference libtorch-cpu-linux-x64, libtorch-cpu-win-x64,"
            + " libtorch-cpu-osx-arm64 or a TorchSharp-cuda package in the application, of the version that TorchSharp names;"
            + " another one on the system will not do.";
    }

    /// <summary>The line that says more than "this candidate is not there"; null where every line says just that.</summary>
    private static string? LoaderReason(string message) =>
        message.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Skip(1) // the runtime's general advice
            .FirstOrDefault(line => !(line.EndsWith("No such file or directory", StringComparison.Ordinal) && NamesCandidate(line)));

    private static bool NamesCandidate(string line)
    {
        string file = Path.GetFileName(line.Split(": ")[0]);
        return file.Contains(Core, StringComparison.Ordinal) || file.Contains(Shim, StringComparison.Ordinal);
    }
}
