using Microsoft.ML;
using Microsoft.ML.BlockPruning;
using Microsoft.ML.BlockPruning.Files;
using Microsoft.ML.BlockPruning.Sparsity;
using Microsoft.ML.BlockPruning.Sweeps;

namespace PruneModelSample;

/// <summary>How far the network can be pruned.</summary>
public static partial class PruneModel
{
    /// <summary>Tries the budgets of the settings; finished trials stay in the journal, and the recommended model is saved.</summary>
    internal static SweepResult Sweep(PruneModelSettings settings, IProgress<SweepProgress> progress, CancellationToken cancellationToken)
    {
        AtomicFile.RequireWritable(settings.ModelPath);
        var context = new MLContext(settings.TrainingOption.Seed);
        var folder = LabelledFolder.Read(settings.DataSource.FolderPath);
        var judges = LabelledFolder.Read(settings.DataSource.ValidationFolderPath);
        var classes = ClassesOf(context, settings, folder);
        var train = LoadImages(context, folder, classes);
        var toKey = LabelToKey(context, classes).Fit(train);
        var result = context.BlockPruning()
            .CreateSweep(new BlockPruneEstimator.Options
            {
                ModelPath = settings.NetworkPath,
                ClassOrder = settings.TrainingOption.ClassOrder,
                ApplyOrientation = true,
            })
            .SetDataset(
                toKey.Transform(train),
                toKey.Transform(LoadImages(context, judges, ClassNames.Match([.. classes.Select(one => one.Name)], judges.Classes))))
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
            SaveModel(context, network, settings.ModelPath);
        }

        return result;
    }
}
