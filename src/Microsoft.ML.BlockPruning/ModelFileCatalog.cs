#pragma warning disable IDE0130 // where the users of ML.NET look for catalog methods
using Microsoft.ML.BlockPruning;
using Microsoft.ML.BlockPruning.Files;
using Microsoft.ML.BlockPruning.MlNet.Saving;

namespace Microsoft.ML;
#pragma warning restore IDE0130

/// <summary>
/// Extension methods of <see cref="ModelOperationsCatalog"/> that save and load whole pipelines so that neither a kill nor a damaged
/// file does harm.
/// </summary>
public static class ModelFileCatalog
{
    /// <summary>Saves a model whole or not at all.</summary>
    /// <param name="catalog">The model operations catalog: <c>mlContext.Model</c>.</param>
    /// <param name="model">The trained model, such as a whole pipeline.</param>
    /// <param name="inputSchema">The schema of the input to the transformer; can be null.</param>
    /// <param name="path">The zip file to create or replace.</param>
    /// <remarks>
    /// <c>Model.Save(model, schema, path)</c> writes in place: killed in the middle, it loses the old model too. This writes beside the
    /// target and renames, as <see cref="AtomicFile"/> does, so that whoever reads sees the old model or the new one.
    /// </remarks>
    /// <exception cref="IOException">The folder is missing, the disk is full, or the target cannot be replaced; names the path.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder cannot be written; names the path.</exception>
    /// <example>
    /// <code>
    /// ml.Model.SaveAtomically(model, calibration.Schema, "pruned.zip");
    /// </code>
    /// </example>
    public static void SaveAtomically(
        this ModelOperationsCatalog catalog, ITransformer model, DataViewSchema? inputSchema, string path)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentNullException.ThrowIfNull(model);
        AtomicFile.Write(path, stream => catalog.Save(model, inputSchema, stream));
    }

    /// <summary>Saves a pruned network as the one file that every reader of this library takes, whole or not at all.</summary>
    /// <param name="catalog">The model operations catalog: <c>mlContext.Model</c>.</param>
    /// <param name="model">A pruned network, or a pipeline with one; the other steps are not saved.</param>
    /// <param name="path">The zip file to create or replace.</param>
    /// <remarks>
    /// The file asks for <c>Image</c> (a vector of <see cref="byte"/>: an image file) or <c>ImagePath</c> (text: the path of one), and for
    /// no label. It answers with <c>PredictedLabel</c> (text), <c>Score</c> (logits) and <c>Probability</c>. <c>Model.Load</c> and
    /// <see cref="LoadChecked"/> read it, and so do <see cref="PrunedModel.Load"/>, <c>LoadSparseViT</c>, <c>AddPrunedModel</c> and
    /// <c>blockprune</c>. To save a pipeline with its own steps, take <see cref="SaveAtomically"/>.
    /// </remarks>
    /// <exception cref="ArgumentException">The model has no pruned network, or several.</exception>
    /// <exception cref="IOException">The folder is missing, the disk is full, or the target cannot be replaced; names the path.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder cannot be written; names the path.</exception>
    /// <example>
    /// <code>
    /// ml.Model.SavePruned(model, "pruned.zip");
    /// </code>
    /// </example>
    public static void SavePruned(this ModelOperationsCatalog catalog, ITransformer model, string path)
    {
        ArgumentNullException.ThrowIfNull(model);
        var networks = NetworksIn(model).ToList();
        var network = networks.Count == 1 ? networks[0] : throw new ArgumentException(
            $"The model has {networks.Count} pruned networks, expected one: give what Fit of PruneBlocks, CreateModel or LoadSparseViT "
            + "gave, or a pipeline with it.",
            nameof(model));
        var (standard, input) = StandardModel.Of(network.Scorer, network.Report);
        catalog.SaveAtomically(standard, input, path);
    }

    /// <summary>Loads a model after a look at the whole file: every entry is read once, its length and sum compared.</summary>
    /// <param name="catalog">The model operations catalog: <c>mlContext.Model</c>.</param>
    /// <param name="path">The zip file that <see cref="SaveAtomically"/> or <c>Model.Save</c> wrote.</param>
    /// <param name="inputSchema">The schema of the input; null where the file names none.</param>
    /// <returns>The model.</returns>
    /// <remarks>
    /// <c>Model.Load</c> believes what it reads: on a single damaged byte it may throw anything, or never return. A file that somebody
    /// made with right sums can still do so, and names an assembly to load: load only files whose origin you trust.
    /// </remarks>
    /// <exception cref="IOException">The file cannot be read, or is a pipe, a device or a folder.</exception>
    /// <exception cref="UnauthorizedAccessException">This process may not read the file.</exception>
    /// <exception cref="InvalidDataException">The file is damaged or no model; names it and the entry.</exception>
    /// <example>
    /// <code>
    /// ITransformer model = ml.Model.LoadChecked("pruned.zip", out _);
    /// </code>
    /// </example>
    public static ITransformer LoadChecked(this ModelOperationsCatalog catalog, string path, out DataViewSchema? inputSchema)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentException.ThrowIfNullOrWhiteSpace(path);

        // One handle for both: a file that is replaced in between is another file.
        using var file = RegularFile.Open(path, FileShare.Read | FileShare.Delete);
        ModelZip.Check(file, path);
        file.Position = 0;
        try
        {
            return catalog.Load(file, out inputSchema);
        }
        catch (Exception error) when (error is EndOfStreamException or not (IOException or UnauthorizedAccessException
            or OutOfMemoryException or OperationCanceledException))
        {
            throw new InvalidDataException(
                $"The model '{path}' cannot be loaded: {error.GetBaseException().Message} Its bytes are as they were saved: save it again "
                + "with the version of this program, and reference the packages of all its transformers.",
                error);
        }
    }

    private static IEnumerable<SparseViTTransformer> NetworksIn(ITransformer model) => model switch
    {
        SparseViTTransformer network => [network],
        IEnumerable<ITransformer> chain => chain.SelectMany(NetworksIn),
        _ => [],
    };
}
