#pragma warning disable IDE0130 // where the users of ML.NET look for catalog methods
using Microsoft.ML.BlockPruning;
using Microsoft.ML.BlockPruning.Checkpoints;
using Microsoft.ML.BlockPruning.MlNet.Columns;
using Microsoft.ML.BlockPruning.MlNet.Interop;
using Microsoft.ML.BlockPruning.MlNet.Saving;
using Microsoft.ML.BlockPruning.MlNet.Scoring;
using Microsoft.ML.BlockPruning.Models;

namespace Microsoft.ML;
#pragma warning restore IDE0130

/// <summary>Extension methods of <see cref="TransformsCatalog"/> that prune vision transformers and score the pruned ones.</summary>
public static class BlockPruningCatalog
{
    /// <summary>Create a <see cref="BlockPruneEstimator"/>, which prunes a vision transformer in blocks of 16 x 16 weights.</summary>
    /// <param name="catalog">The transform's catalog.</param>
    /// <param name="modelPath">safetensors file with timm's ViT/DeiT names; a <c>config.json</c> beside it is read too.</param>
    /// <param name="keep">Fraction of the dense network's multiply-adds that remains, in (0, 1].</param>
    /// <param name="imageColumnName">
    /// Column of images: <see cref="Data.MLImage"/>, a vector of <see cref="byte"/> (an image file), or a vector of <see cref="float"/>
    /// (pixels of 0 to 255, channels first).
    /// </param>
    /// <param name="labelColumnName">Key column that names the classes and fixes their order; calibration does not use it.</param>
    /// <returns>The estimator.</returns>
    /// <exception cref="ArgumentOutOfRangeException">keep is NaN or not in (0, 1].</exception>
    /// <example>
    /// <code>
    /// var pipeline = ml.Transforms.Conversion.MapValueToKey("Label")
    ///     .Append(ml.Transforms.LoadImages("Image", "", "ImagePath"))
    ///     .Append(ml.Transforms.PruneBlocks("deit.safetensors", keep: 0.5));
    /// </code>
    /// </example>
    public static BlockPruneEstimator PruneBlocks(
        this TransformsCatalog catalog, string modelPath, double keep = 0.5, string imageColumnName = "Image",
        string labelColumnName = "Label") =>
        catalog.PruneBlocks(new BlockPruneEstimator.Options
        {
            ModelPath = modelPath,
            Budget = PruneBudget.Flops(keep),
            ImageColumnName = imageColumnName,
            LabelColumnName = labelColumnName,
        });

    /// <summary>Create a <see cref="BlockPruneEstimator"/>, which prunes a vision transformer in blocks.</summary>
    /// <param name="catalog">The transform's catalog.</param>
    /// <param name="options">The model file, the budget, the columns; read once, here.</param>
    /// <returns>The estimator.</returns>
    /// <exception cref="ArgumentException">An option is missing or out of its range.</exception>
    public static BlockPruneEstimator PruneBlocks(this TransformsCatalog catalog, BlockPruneEstimator.Options options) =>
        new(MlNetHost.EnvironmentOf(catalog), options);

#pragma warning disable RS0026 // a path and a stream never compete for one call
    /// <summary>Loads a pruned network out of either form of its file.</summary>
    /// <param name="catalog">The transform's catalog.</param>
    /// <param name="path">
    /// What <see cref="ModelFileCatalog.SavePruned"/>, <c>blockprune</c> or <c>Model.Save</c> of a pipeline with one pruned network wrote
    /// (zip), or <see cref="SparseViTTransformer.SaveNetwork(string)"/> (safetensors). Columns are those named here, whatever it says.
    /// </param>
    /// <param name="imageColumnName">Column of images, of any of the types that <c>PruneBlocks</c> reads.</param>
    /// <param name="scoreColumnName">Output column of logits, a vector of <see cref="float"/>.</param>
    /// <param name="predictedLabelColumnName">Output column of the best class, a key.</param>
    /// <param name="batchSize">Images scored at once in a data view, 1 to 4,096.</param>
    /// <param name="device">What to score on; null: the GPU of <see cref="MLContext.GpuDeviceId"/> if set, else the processor.</param>
    /// <param name="probabilityColumnName">Output column of probabilities, the softmax of the logits; null: none.</param>
    /// <returns>The transformer.</returns>
    /// <exception cref="ArgumentException">A column's name is empty or used twice, or the batch size out of its range.</exception>
    /// <exception cref="IOException">The file cannot be read, or is a pipe, a device or a folder.</exception>
    /// <exception cref="InvalidDataException">The file is damaged or not a pruned network; names what is wrong.</exception>
    /// <exception cref="InvalidOperationException">The GPU cannot be used, and the context does not fall back to the CPU.</exception>
    public static SparseViTTransformer LoadSparseViT(
        this TransformsCatalog catalog, string path, string imageColumnName = "Image", string scoreColumnName = "Score",
        string predictedLabelColumnName = "PredictedLabel", int batchSize = 32, ScoringDevice? device = null,
        string? probabilityColumnName = null)
    {
        var settings = SettingsOf(
            imageColumnName, scoreColumnName, predictedLabelColumnName, batchSize, device, probabilityColumnName);
        return LoadPruned(catalog, path, settings);
    }

    /// <summary>Loads a pruned network that <see cref="SparseViTTransformer.SaveNetwork(Stream)"/> wrote.</summary>
    /// <param name="catalog">The transform's catalog.</param>
    /// <param name="stream">Read from its position on; stays open.</param>
    /// <param name="imageColumnName">Column of images, of any of the types that <c>PruneBlocks</c> reads.</param>
    /// <param name="scoreColumnName">Output column of logits, a vector of <see cref="float"/>.</param>
    /// <param name="predictedLabelColumnName">Output column of the best class, a key.</param>
    /// <param name="batchSize">Images scored at once in a data view, 1 to 4,096.</param>
    /// <param name="device">What to score on; null: the GPU of <see cref="MLContext.GpuDeviceId"/> if set, else the processor.</param>
    /// <param name="probabilityColumnName">Output column of probabilities, the softmax of the logits; null: none.</param>
    /// <returns>The transformer.</returns>
    /// <exception cref="ArgumentException">A column's name is empty or used twice, or the batch size out of its range.</exception>
    /// <exception cref="InvalidDataException">The content is damaged or not a pruned network; names what is wrong.</exception>
    /// <exception cref="InvalidOperationException">The GPU cannot be used, and the context does not fall back to the CPU.</exception>
    public static SparseViTTransformer LoadSparseViT(
        this TransformsCatalog catalog, Stream stream, string imageColumnName = "Image", string scoreColumnName = "Score",
        string predictedLabelColumnName = "PredictedLabel", int batchSize = 32, ScoringDevice? device = null,
        string? probabilityColumnName = null)
    {
        ArgumentNullException.ThrowIfNull(stream);
        var settings = SettingsOf(
            imageColumnName, scoreColumnName, predictedLabelColumnName, batchSize, device, probabilityColumnName);
        var network = SparseViTReader.Read(stream);
        return new SparseViTTransformer(
            MlNetHost.EnvironmentOf(catalog), settings, network, fileNotes: [.. SavedModel.NotesOn(network)]);
    }
#pragma warning restore RS0026

    /// <summary>Loads a vision transformer to score, dense or pruned.</summary>
    /// <param name="catalog">The transform's catalog.</param>
    /// <param name="path">
    /// A dense checkpoint, which is a file, an index of several or a folder, as <c>PruneBlocks</c> reads it
    /// (<see cref="ViTCheckpoint.Load(string)"/>), every block of which is kept; or whatever <c>LoadSparseViT</c> reads.
    /// </param>
    /// <param name="imageColumnName">Column of images, of any of the types that <c>PruneBlocks</c> reads.</param>
    /// <param name="scoreColumnName">Output column of logits, a vector of <see cref="float"/>.</param>
    /// <param name="predictedLabelColumnName">Output column of the best class, a key.</param>
    /// <param name="batchSize">Images scored at once in a data view, 1 to 4,096.</param>
    /// <param name="device">What to score on; null: the GPU of <see cref="MLContext.GpuDeviceId"/> if set, else the processor.</param>
    /// <param name="probabilityColumnName">Output column of probabilities, the softmax of the logits; null: none.</param>
    /// <param name="checkpoint">What no file tells of a checkpoint, such as its number of heads; null: nothing is said.</param>
    /// <returns>
    /// The transformer. Of a checkpoint it tells what was assumed: <see cref="SparseViTTransformer.Notes"/>,
    /// <see cref="SparseViTTransformer.PreprocessingSteps"/> and <see cref="SparseViTTransformer.Classes"/>, which are in the network's
    /// order, "0", "1" … where <c>config.json</c> names none.
    /// </returns>
    /// <remarks>It answers whether a network is read right: its accuracy must be what it is in Python. libtorch is not needed.</remarks>
    /// <exception cref="ArgumentException">A column's name is empty or used twice, or the batch size out of its range.</exception>
    /// <exception cref="IOException">The file cannot be read, or is a pipe, a device or a folder.</exception>
    /// <exception cref="InvalidDataException">The file is damaged, or neither of these; names what is wrong.</exception>
    /// <exception cref="InvalidOperationException">
    /// <c>config.json</c> names another number of classes than the network has; or the GPU cannot be used, and the context does not fall
    /// back to the CPU.
    /// </exception>
    /// <example>
    /// <code>
    /// using SparseViTTransformer dense = ml.Transforms.LoadViT("deit/model.safetensors");
    /// </code>
    /// </example>
    public static SparseViTTransformer LoadViT(
        this TransformsCatalog catalog, string path, string imageColumnName = "Image", string scoreColumnName = "Score",
        string predictedLabelColumnName = "PredictedLabel", int batchSize = 32, ScoringDevice? device = null,
        string? probabilityColumnName = null, CheckpointOptions? checkpoint = null)
    {
        var settings = SettingsOf(
            imageColumnName, scoreColumnName, predictedLabelColumnName, batchSize, device, probabilityColumnName);
        string file = ViTCheckpoint.Find(path);
        if (NetworkFile.Takes(file))
        {
            return LoadPruned(catalog, file, settings);
        }

        var environment = MlNetHost.EnvironmentOf(catalog);
        var dense = DenseFile.Read(environment, path, checkpoint ?? CheckpointOptions.Default).Model(environment);
        return new SparseViTTransformer(environment, settings, dense.ToNetwork(), facts: dense.Facts);
    }

    private static SparseViTTransformer LoadPruned(TransformsCatalog catalog, string path, ScoringSettings settings)
    {
        var saved = NetworkFile.ReadWithReport(path);
        return new SparseViTTransformer(
            MlNetHost.EnvironmentOf(catalog), settings with { MaximumPixels = saved.Settings.MaximumPixels }, saved.Network, saved.Report,
            fileNotes: saved.Notes);
    }

    private static ScoringSettings SettingsOf(
        string image, string score, string predictedLabel, int batchSize, ScoringDevice? device, string? probability)
    {
        var settings = new ScoringSettings(
            image, score, predictedLabel, batchSize, NumberOfThreads: null, device, ProbabilityColumnName: probability);
        settings.Validate();
        return settings;
    }
}
