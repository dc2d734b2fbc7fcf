using Microsoft.ML;
using Microsoft.ML.BlockPruning;
using Microsoft.ML.BlockPruning.Files;
using Microsoft.ML.BlockPruning.Sparsity;
using Microsoft.ML.BlockPruning.Sweeps;
using Microsoft.ML.Data;

namespace PruneModelSample;

/// <summary>How far the network can be pruned.</summary>
public static partial class PruneModel
{
    /// <summary>Tries the budgets of the settings; finished trials stay in the journal, and the recommended model is saved.</summary>
    internal static SweepResult Sweep(PruneModelSettings settings, IProgress<SweepProgress> progress, CancellationToken cancellationToken)
    {
        AtomicFile.RequireWritable(settings.ModelPath);
        var context = new MLContext(settings.TrainingOption.Seed);
        var classes = ClassesOf(context, settings);
        var train = LoadImageFromFolder(context, settings.DataSource.FolderPath, classes);
        var toKey = context.Transforms.Conversion.MapValueToKey(nameof(ModelInput.Label)).Fit(train);
        var result = context.BlockPruning()
            .CreateSweep(new BlockPruneEstimator.Options
            {
                ModelPath = settings.NetworkPath,
                ClassOrder = settings.TrainingOption.ClassOrder,
                ImageColumnName = nameof(ModelInput.ImageSource),
                ApplyOrientation = true,
                ProbabilityColumnName = nameof(ModelOutput.Probability),
            })
            .SetDataset(
                toKey.Transform(train),
                toKey.Transform(LoadImageFromFolder(context, settings.DataSource.ValidationFolderPath, classes)))
            .SetSearchSpace(new SparsitySearchSpace
            {
                Keep = settings.SweepOption.Keep,
                Block = [BlockShape.Parse(settings.TrainingOption.Block)],
            })
            .SetMaximumAccuracyDrop(settings.SweepOption.MaximumAccuracyDrop)
            .SetJournal(settings.SweepOption.JournalPath)
            .SetMonitor(progress)
            .Run(cancellationToken);
        if (result.Recommended is not null)
        {
            using var network = result.CreateModel(cancellationToken);
            var toLabel = context.Transforms.Conversion.MapKeyToValue(nameof(ModelOutput.PredictedLabel));
            var scored = network.Transform(toKey.Transform(train));
            var model = new TransformerChain<ITransformer>(toKey, network, toLabel.Fit(scored));
            SaveModel(context, model, train, settings.ModelPath);
        }

        return result;
    }
}
