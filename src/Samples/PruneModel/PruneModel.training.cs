using Microsoft.ML;
using Microsoft.ML.BlockPruning;
using Microsoft.ML.BlockPruning.Files;
using Microsoft.ML.BlockPruning.Pruning;
using Microsoft.ML.BlockPruning.Runs.Reports;
using Microsoft.ML.BlockPruning.Sparsity;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms;

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
        var folder = LabelledFolder.Read(settings.DataSource.FolderPath);
        var classes = ClassesOf(context, settings, folder);
        var model = RetrainModel(context, LoadImages(context, folder, classes), classes, new BlockPruneEstimator.Options
        {
            ModelPath = settings.NetworkPath,
            Block = BlockShape.Parse(settings.TrainingOption.Block),
            Budget = PruneBudget.Flops(settings.TrainingOption.Keep),
            ClassOrder = settings.TrainingOption.ClassOrder,
            ApplyOrientation = true, // as Predict does
            Progress = progress,
            CancellationToken = cancellationToken,
        });
        SaveModel(context, model, settings.ModelPath);
        return model.LastTransformer;
    }

    /// <summary>The network's classes with what the folder calls them; not all of them need have images.</summary>
    internal static IReadOnlyList<ClassReport> ClassesOf(MLContext context, PruneModelSettings settings, LabelledFolder folder) =>
        context.BlockPruning().MatchClasses(settings.NetworkPath, folder.Classes, settings.TrainingOption.ClassOrder);

    /// <summary>The images of a folder under the network's names of their classes; a file is read when its row is.</summary>
    internal static IDataView LoadImages(MLContext context, LabelledFolder folder, IReadOnlyList<ClassReport> classes) =>
        context.Data.LoadFromEnumerable(folder.Under(classes).Images);

    /// <summary>Fits the pipeline.</summary>
    internal static TransformerChain<SparseViTTransformer> RetrainModel(
        MLContext context, IDataView data, IReadOnlyList<ClassReport> classes, BlockPruneEstimator.Options options) =>
        BuildPipeline(context, classes, options).Fit(data);

    /// <summary>Label to key, prune.</summary>
    internal static EstimatorChain<SparseViTTransformer> BuildPipeline(
        MLContext context, IReadOnlyList<ClassReport> classes, BlockPruneEstimator.Options options) =>
        LabelToKey(context, classes).Append(context.Transforms.PruneBlocks(options));

    /// <summary>All classes of the network, in its order, whichever of them have images.</summary>
    internal static ValueToKeyMappingEstimator LabelToKey(MLContext context, IReadOnlyList<ClassReport> classes) =>
        context.Transforms.Conversion.MapValueToKey(
            nameof(LabelledImage.Label),
            keyOrdinality: ValueToKeyMappingEstimator.KeyOrdinality.ByOccurrence,
            keyData: context.Data.LoadFromEnumerable(classes.Select(one => new ClassName { Label = one.Name })));

    /// <summary>Writes the one file that every reader takes: aside, then renamed, so that an application never sees half a model.</summary>
    internal static void SaveModel(MLContext context, ITransformer model, string path) => context.Model.SavePruned(model, path);

    private sealed class ClassName
    {
        public string Label { get; set; } = "";
    }
}
