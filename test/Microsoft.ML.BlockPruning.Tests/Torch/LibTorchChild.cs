using Microsoft.ML.BlockPruning.Torch;
using TorchSharp;

namespace Microsoft.ML.BlockPruning.Tests.Torch;

/// <summary>Run in a new process: loads libtorch from several threads at once and prints one line per outcome.</summary>
internal static class LibTorchChild
{
    public static int Run(string[] args)
    {
        string[] outcomes = new string[int.Parse(args[0], System.Globalization.CultureInfo.InvariantCulture)];
        Parallel.For(0, outcomes.Length, new ParallelOptions { MaxDegreeOfParallelism = outcomes.Length }, i => outcomes[i] = Outcome());
        foreach (string outcome in outcomes)
        {
            Console.WriteLine(outcome);
        }

        foreach (string mapped in File.ReadLines("/proc/self/maps").Where(line => line.Contains("LibTorchSharp", StringComparison.Ordinal)))
        {
            Console.WriteLine("mapped " + mapped[mapped.IndexOf('/', StringComparison.Ordinal)..]);
        }

        return 0;
    }

    private static string Outcome()
    {
        try
        {
            LibTorch.EnsureLoaded();
            return $"sum {Sum()}";
        }
        catch (NotSupportedException error)
        {
            return $"refused {error.Message}";
        }
    }

    // Apart, so that the type initializer of torch cannot run before EnsureLoaded.
    private static float Sum()
    {
        using var scope = torch.NewDisposeScope();
        return torch.ones(3).sum().item<float>();
    }
}
