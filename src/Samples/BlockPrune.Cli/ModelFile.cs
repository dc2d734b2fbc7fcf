using Microsoft.ML;
using Microsoft.ML.BlockPruning;
using Microsoft.ML.Data;

namespace BlockPrune.Cli;

/// <summary>A pruned network in a file of either form.</summary>
internal static class ModelFile
{
    public const string Extension = ".zip";
    public const string Content = "a saved model is a zip file, of which `blockprune export` makes a .safetensors";

    /// <summary>Loads the network alone.</summary>
    /// <param name="context">Owns the transformer.</param>
    /// <param name="path">A pipeline (<c>.zip</c>) or a network (<c>.safetensors</c>), as this program saves them.</param>
    /// <exception cref="IOException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">The file is damaged, or holds no pruned network.</exception>
    public static SparseViTTransformer Open(MLContext context, string path)
    {
        if (!File.Exists(path))
        {
            throw new FileNotFoundException($"There is no model file {path}.");
        }

        return path.EndsWith(".safetensors", StringComparison.OrdinalIgnoreCase)
            ? context.Transforms.LoadSparseViT(path, probabilityColumnName: CliOutput.Probability)
            : Find(context.Model.LoadChecked(path, out _))
                ?? throw new InvalidDataException($"The pipeline {path} holds no pruned network.");
    }

    /// <summary>Loads the network and shows what its file did not say, or what of it did not read.</summary>
    /// <param name="context">Owns the transformer.</param>
    /// <param name="path">As for <see cref="Open(MLContext, string)"/>.</param>
    /// <param name="output">Takes the notes, beside the answer.</param>
    public static SparseViTTransformer Open(MLContext context, string path, CliOutput output)
    {
        var network = Open(context, path);
        foreach (string note in network.Notes)
        {
            output.Error.WriteLine($"Note: {note}");
        }

        return network;
    }

    private static SparseViTTransformer? Find(ITransformer transformer) => transformer switch
    {
        SparseViTTransformer network => network,
        TransformerChain<ITransformer> chain => chain.Select(Find).LastOrDefault(found => found is not null),
        _ => null,
    };
}
