using Microsoft.ML.BlockPruning.Torch;
using TorchSharp;

namespace Microsoft.ML.BlockPruning.Tests.Torch;

/// <summary>Run in a new process: prints libtorch's number of threads before, during and after pruning.</summary>
internal static class TorchThreadsChild
{
    public static int Run(string[] args)
    {
        LibTorch.EnsureLoaded();
        torch.set_num_threads(4); // as on a machine of many cores
        Console.WriteLine($"before {torch.get_num_threads()}");
        using var subject = new FitSubject();
        var fit = new HashSet<int>();
        subject.Options.Progress = new TorchThreadsTests.Watch(fit);
        using (subject.Fit(subject.Data(9)))
        {
            Console.WriteLine($"fit {string.Join(' ', fit)}");
        }

        var sweep = new HashSet<int>();
        subject.Options.Progress = null;
        subject.Ml.BlockPruning().CreateSweep(new BlockPruneEstimator.Options { ModelPath = subject.Options.ModelPath })
            .SetDataset(subject.Data(9), subject.Data(6))
            .SetSearchSpace(new SparsitySearchSpace { Keep = [0.7], Block = [new(8, 8)] })
            .SetMonitor(new TorchThreadsTests.Watch(sweep))
            .Run();
        Console.WriteLine($"sweep {string.Join(' ', sweep)}");
        Console.WriteLine($"after {torch.get_num_threads()}");
        return 0;
    }
}
