using System.Diagnostics;
using System.Reflection;
using System.Runtime.InteropServices;
using Microsoft.ML.BlockPruning.Sweeps;
using Microsoft.ML.BlockPruning.Sweeps.Children;
using Microsoft.ML.BlockPruning.Tests.Processes;

namespace Microsoft.ML.BlockPruning.Tests.Sweeps.Children;

/// <summary>A worker process without a network: what becomes of a trial depends on what it keeps.</summary>
internal static class ToyWorker
{
    public const double Dies = 0.5;
    public const double Grows = 0.4;
    public const double Throws = 0.3;
    public const double Hangs = 0.2;
    public const double RunsOutOfMemory = 0.1;

    public static ChildCommand Command { get; } = new(
        Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet",
        ["exec", Assembly.GetExecutingAssembly().Location, TestProgram.ChildSwitch, typeof(ToyWorker).FullName!]);

    public static int Run(string[] args)
    {
        using var pipe = ChildPipe.OfChild(args[0], args[1]);
        Console.WriteLine("what a library prints is no message");
        ChildLoop.Run(pipe, args[2], () => new SweepToys.Executor(Judge));
        return 0;
    }

    private static TrialResult Judge(Trial trial)
    {
        switch (trial.Keep)
        {
            case Dies:
                Process.GetCurrentProcess().Kill();
                break;
            case Grows:
                Grow();
                break;
            case Throws:
                throw new InvalidOperationException("out of luck");
            case Hangs:
                using (var never = new ManualResetEvent(false))
                {
                    never.WaitOne();
                }

                break;
            case RunsOutOfMemory:
                throw new InsufficientMemoryException("no more of it");
        }

        return SweepToys.Judge(trial);
    }

    // As libtorch does, past the collector; up to 4 GiB, which the limit of the test is far below.
    private static unsafe void Grow()
    {
        const int piece = 8 << 20;
        for (int i = 0; i < 512; i++)
        {
            NativeMemory.Fill(NativeMemory.Alloc(piece), piece, 1);
        }
    }
}
