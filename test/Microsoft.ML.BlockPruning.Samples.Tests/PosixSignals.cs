using System.Runtime.InteropServices;

namespace Microsoft.ML.BlockPruning.Samples.Tests;

/// <summary>
/// Signals to child processes, on systems that have them. A process hands on what it ignores: under <c>nohup</c>, in a shell's background
/// and in some CI, Ctrl-C is ignored, and the children of the tests would never see it.
/// </summary>
internal static class PosixSignals
{
    public const int Hangup = 1;
    public const int Interrupt = 2;
    public const int Quit = 3;
    public const int Terminate = 15;

    private const nint Default = 0; // SIG_DFL
    private const nint Ignore = 1; // SIG_IGN
    private static readonly Lock Changing = new();

    /// <summary>Runs a start of a process while nothing that a terminal or a service manager sends is ignored.</summary>
    public static T WithoutIgnored<T>(Func<T> start)
    {
        if (OperatingSystem.IsWindows())
        {
            return start();
        }

        lock (Changing)
        {
            int[] ignored = [.. new[] { Hangup, Interrupt, Quit, Terminate }.Where(IsIgnored)];
            try
            {
                Array.ForEach(ignored, signal => SetHandler(signal, Default));
                return start();
            }
            finally
            {
                Array.ForEach(ignored, signal => SetHandler(signal, Ignore));
            }
        }
    }

    /// <summary>Makes this process ignore a signal until the result is disposed, as <c>nohup</c> does before it starts a program.</summary>
    public static IDisposable Ignoring(int signal)
    {
        byte[] before = new byte[Description];
        Assert.AreEqual(0, Describe(signal, 0, before));
        SetHandler(signal, Ignore);
        return new Restored(signal, before);
    }

    public static void Send(int process, int signal) => Assert.AreEqual(0, Kill(process, signal), $"kill({process}, {signal})");

    // struct sigaction begins with the handler on Linux and macOS; 256 bytes hold it on both.
    private const int Description = 256;

    private static bool IsIgnored(int signal)
    {
        byte[] description = new byte[Description];
        Assert.AreEqual(0, Describe(signal, 0, description));
        return MemoryMarshal.Read<nint>(description) == Ignore;
    }

    [DllImport("libc", EntryPoint = "signal")]
    private static extern nint SetHandler(int signal, nint handler);

    [DllImport("libc", EntryPoint = "sigaction")]
    private static extern int Describe(int signal, nint change, [Out] byte[] before);

    [DllImport("libc", EntryPoint = "sigaction")]
    private static extern int Change(int signal, byte[] change, nint before);

    [DllImport("libc", EntryPoint = "kill")]
    private static extern int Kill(int process, int signal);

    private sealed class Restored(int signal, byte[] before) : IDisposable
    {
        public void Dispose() => Assert.AreEqual(0, Change(signal, before, 0));
    }
}
