using Microsoft.ML;
using Microsoft.ML.BlockPruning;
using Microsoft.ML.BlockPruning.Checkpoints;

namespace BlockPrune.Cli;

/// <summary>The networks in files that the command line names.</summary>
internal static class ModelFile
{
    public const string Extension = ".zip";
    public const string Content = "a saved model is a zip file, of which `blockprune export` makes a .safetensors";

    /// <summary>What an argument that names a model may be.</summary>
    public const string AnyForm =
        "A pruned model (.zip), a pruned network (.safetensors), or a dense checkpoint (.safetensors, .pth, .bin or their folder)";

    /// <summary>Loads a network, pruned or dense.</summary>
    /// <param name="context">Owns the transformer.</param>
    /// <param name="path">Any file that <see cref="AnyForm"/> names, of whatever columns.</param>
    /// <param name="checkpoint">What no file tells of a dense checkpoint.</param>
    /// <exception cref="IOException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">The file is damaged, or holds no network.</exception>
    public static SparseViTTransformer Open(MLContext context, string path, CheckpointOptions checkpoint) =>
        context.Transforms.LoadViT(path, probabilityColumnName: CliOutput.Probability, checkpoint: checkpoint);

    /// <summary>Loads a pruned network and shows what its file did not say, or what of it did not read.</summary>
    /// <param name="context">Owns the transformer.</param>
    /// <param name="path">A pruned model (<c>.zip</c>) or network (<c>.safetensors</c>), of whatever columns.</param>
    /// <param name="output">Takes the notes, beside the answer.</param>
    /// <exception cref="IOException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">The file is damaged, or holds no pruned network.</exception>
    public static SparseViTTransformer OpenPruned(MLContext context, string path, CliOutput output)
    {
        var network = output.Steps(display => display.Run(
            "Reading the model",
            () => context.Transforms.LoadSparseViT(ViTCheckpoint.Find(path), probabilityColumnName: CliOutput.Probability)));
        foreach (string note in network.Notes)
        {
            output.Error.WriteLine($"Note: {note}");
        }

        return network;
    }
}
