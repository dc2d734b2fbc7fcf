using FashionMnist;

namespace Microsoft.ML.BlockPruning.Benchmarks.Ablation;

/// <summary>Where the networks lie and what the rows call them.</summary>
internal static class AblationNetworks
{
    /// <summary>The name in the rows.</summary>
    public static string NameOf(AblationNetwork network) => network switch
    {
        AblationNetwork.Bundled => "bundled",
        AblationNetwork.Small => "small",
        AblationNetwork.Converged => "converged",
        _ => throw new ArgumentOutOfRangeException(nameof(network), network, "Not a network of this benchmark."),
    };

    /// <summary>The checkpoint; config.json lies beside it.</summary>
    /// <exception cref="FileNotFoundException">It is not there.</exception>
    public static string PathOf(AblationNetwork network)
    {
        string path = network == AblationNetwork.Bundled
            ? FashionMnistData.NetworkPath
            : Path.Combine(AppContext.BaseDirectory, "Networks", NameOf(network), "fashion-vit.safetensors");
        return File.Exists(path)
            ? path
            : throw new FileNotFoundException(
                $"The network '{NameOf(network)}' is not there: no file '{path}'. Put fashion-vit.safetensors and config.json, as TrainViT "
                + $"writes them, into test/Microsoft.ML.BlockPruning.Benchmarks/Networks/{NameOf(network)} and build again.",
                path);
    }
}
