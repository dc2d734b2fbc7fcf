using Microsoft.ML;
using Microsoft.ML.BlockPruning;
using Microsoft.ML.BlockPruning.Files;
using Microsoft.ML.BlockPruning.Imaging;
using Microsoft.ML.BlockPruning.Pruning;
using Microsoft.ML.BlockPruning.Sparsity;
using Microsoft.ML.Data;

namespace PruneModelSample;

/// <summary>How the model is made: run it again with other images, another network or another budget.</summary>
public static partial class PruneModel
{
    /// <summary>Prunes the network of the settings on their images and saves the model.</summary>
    /// <returns>The pruned network; the caller's to dispose.</returns>
    internal static SparseViTTransformer Train(
        PruneModelSettings settings, IProgress<PruneProgress> progress, CancellationToken cancellationToken)
    {
        AtomicFile.RequireWritable(settings.ModelPath);
        var context = new MLContext(settings.TrainingOption.Seed);
        var data = LoadImageFromFolder(context, settings.DataSource.FolderPath, ClassesOf(context, settings));
        var model = RetrainModel(context, data, new BlockPruneEstimator.Options
        {
            ModelPath = settings.NetworkPath,
            Block = BlockShape.Parse(settings.TrainingOption.Block),
            Budget = PruneBudget.Flops(settings.TrainingOption.Keep),
            ClassOrder = settings.TrainingOption.ClassOrder,
            ImageColumnName = nameof(ModelInput.ImageSource),
            ApplyOrientation = true, // as the service does
            ProbabilityColumnName = nameof(ModelOutput.Probability),
            Progress = progress,
            CancellationToken = cancellationToken,
        });
        SaveModel(context, model, data, settings.ModelPath);
        return model.OfType<SparseViTTransformer>().Single();
    }

    /// <summary>The images of a folder, one subfolder per class; a file is read when its row is.</summary>
    /// <param name="context">Owns the data.</param>
    /// <param name="folder">Holds the subfolders.</param>
    /// <param name="classes">Whose names the labels are given, for those of the folders; null: the folders' own.</param>
    internal static IDataView LoadImageFromFolder(MLContext context, string folder, NetworkClasses? classes = null)
    {
        var found = ImageFolder.Read(folder);
        string[] names = [.. found.Select(files => files.Key)];
        var labels = classes is null ? ClassLabels.Of(names) : new ClassLabels(classes.Match(names));
        return context.Data.LoadFromEnumerable(
            from files in found
            from file in files
            select new ModelInput { Label = labels[file.Label], ImageSource = ImageFile.ReadBytes(file.ImagePath) });
    }

    /// <summary>The classes of the network that is pruned.</summary>
    internal static NetworkClasses ClassesOf(MLContext context, PruneModelSettings settings) =>
        new NetworkClasses.Dense(context, settings.NetworkPath, settings.TrainingOption.ClassOrder);

    /// <summary>Decodes every image of folders before the work begins, so that a broken one costs seconds and not the run.</summary>
    /// <exception cref="InvalidDataException">Some cannot be read; names them.</exception>
    internal static void CheckImages(IEnumerable<string> folders, IStepDisplay display, CancellationToken cancellationToken) =>
        new ImageCheck(UnreadableImages.Fail, display, cancellationToken).Keep(
            [.. folders.SelectMany(ImageFolder.Read).SelectMany(files => files)]);

    /// <summary>Fits the pipeline.</summary>
    internal static TransformerChain<ITransformer> RetrainModel(MLContext context, IDataView data, BlockPruneEstimator.Options options) =>
        BuildPipeline(context, options).Fit(data);

    /// <summary>Label to key, prune, key to label.</summary>
    internal static EstimatorChain<ITransformer> BuildPipeline(MLContext context, BlockPruneEstimator.Options options) =>
        new EstimatorChain<ITransformer>()
            .Append<ITransformer>(context.Transforms.Conversion.MapValueToKey(nameof(ModelInput.Label)))
            .Append<ITransformer>(context.Transforms.PruneBlocks(options))
            .Append<ITransformer>(context.Transforms.Conversion.MapKeyToValue(nameof(ModelOutput.PredictedLabel)));

    /// <summary>Writes the model aside, then renames it: an application that watches the file sees the old one or the new one.</summary>
    internal static void SaveModel(MLContext context, ITransformer model, IDataView data, string path) =>
        context.Model.SaveAtomically(model, data.Schema, path);
}
