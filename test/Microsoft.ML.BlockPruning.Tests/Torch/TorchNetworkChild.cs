using Microsoft.ML.BlockPruning.Networks.Families;
using Microsoft.ML.BlockPruning.Torch;

namespace Microsoft.ML.BlockPruning.Tests.Torch;

/// <summary>A process whose first word to libtorch is the constructor of a network.</summary>
internal static class TorchNetworkChild
{
    public static int Run(string[] args)
    {
        _ = args;
        using var network = new TorchNetwork(ViT.Of(TinyNetwork.Config()), seed: 1);
        Console.WriteLine(network.Module.parameters().Count());
        return 0;
    }
}
