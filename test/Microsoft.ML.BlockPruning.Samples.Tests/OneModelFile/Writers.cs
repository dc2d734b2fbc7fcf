using Microsoft.ML.BlockPruning.Pruning;
using Microsoft.ML.BlockPruning.Samples.Tests.BlockPrune;
using Microsoft.ML.BlockPruning.Sparsity;
using PruneModelSample;

namespace Microsoft.ML.BlockPruning.Samples.Tests.OneModelFile;

/// <summary>Every program and every piece of documented code that writes a model: a row each.</summary>
/// <remarks>
/// A writer that is another program has its network pruned here once more, by the library alone: same images, options and seed give the
/// same weights.
/// </remarks>
internal sealed class Writers(TemporaryFolder folder, string checkpoint, string images, IReadOnlyList<string> files)
{
    private const double Keep = 0.6;
    private static readonly BlockShape Block = new(8, 8);

    public static IReadOnlyList<(string Name, Func<Writers, Written> Write)> Table { get; } =
    [
        ("blockprune prune", writers => writers.CliPrune()),
        ("blockprune sweep", writers => writers.CliSweep()),
        ("blockprune export", writers => writers.CliExport()),
        ("Quickstart", writers => writers.Quickstart()),
        ("PruneModel", writers => writers.PruneModel()),
        ("README", writers => writers.Readme()),
        ("getting started", writers => writers.GettingStarted()),
        ("sweep in C#", writers => writers.Sweep()),
        ("dense network in C#", writers => writers.Dense()),
    ];

    private Written CliPrune()
    {
        string path = folder.File("cli-prune.zip");
        Run("prune", "--model", checkpoint, "--images", images, "--keep", "0.6", "--block", "8x8", "--held-out", "0", "--output", path);
        using var network = PruneAsTheProgramsDo();
        return Written.Of(path, network, files);
    }

    private Written CliSweep()
    {
        string path = folder.File("cli-sweep.zip");
        Run("sweep", "--model", checkpoint, "--images", images, "--keep", "0.6", "--block", "8x8", "--output", path);
        using var network = PruneAsTheProgramsDo();
        return Written.Of(path, network, files);
    }

    private Written CliExport()
    {
        string path = folder.File("cli-export.zip"), alone = folder.File("alone.safetensors");
        using var network = PruneAsTheProgramsDo();
        network.SaveNetwork(alone);
        Run("export", alone, path);
        return Written.Of(path, network, files);
    }

    private Written Quickstart()
    {
        var (exitCode, _, error) = SampleProcess.Run(
            "Quickstart", folder.Path, "--model", checkpoint, "--images", images, "--keep", "0.6", "--block", "8x8");
        Assert.AreEqual(0, exitCode, error);
        using var network = PruneAsTheProgramsDo();
        return Written.Of(folder.File("pruned.zip"), network, files);
    }

    private Written PruneModel()
    {
        var settings = new PruneModelSettings(
            new DataSource(images, images), new TrainingOption(checkpoint, Keep, "8x8", Seed: 1),
            new SweepOption([Keep], MaximumAccuracyDrop: 1, folder.File("sweep.jsonl")), folder.File("model.mlnet"));
        using var network = PruneModelSample.PruneModel.Train(settings, new Progress<PruneProgress>(), CancellationToken.None);
        return Written.Of(settings.ModelPath, network, files);
    }

    private Written Readme()
    {
        var ml = new MLContext(seed: 1);
        var pipeline = ml.Transforms.Conversion.MapValueToKey("Label")
            .Append(ml.Transforms.PruneBlocks(new BlockPruneEstimator.Options
            {
                ModelPath = checkpoint,
                Block = Block,
                Budget = PruneBudget.Flops(Keep),
            }));
        var model = pipeline.Fit(Photos(ml));
        ml.Model.SavePruned(model, folder.File("readme.zip"));
        using var network = model.LastTransformer;
        return Written.Of(folder.File("readme.zip"), network, files);
    }

    private Written GettingStarted()
    {
        var ml = new MLContext(seed: 1);
        var photos = Photos(ml);
        var pipeline = ml.Transforms.Conversion.MapValueToKey("Label")
            .Append(ml.Transforms.PruneBlocks(new BlockPruneEstimator.Options
            {
                ModelPath = checkpoint,
                Block = Block,
                Budget = PruneBudget.Flops(Keep),
                ValidationSetFraction = 0.1,
            }));
        var model = pipeline.Fit(photos);
        var named = model.Append(ml.Transforms.Conversion.MapKeyToValue("PredictedLabel").Fit(model.Transform(photos)));
        ml.Model.SavePruned(named, folder.File("getting-started.zip"));
        using var network = model.LastTransformer;
        return Written.Of(folder.File("getting-started.zip"), network, files);
    }

    private Written Sweep()
    {
        var ml = new MLContext(seed: 1);
        var photos = Photos(ml);
        var keyed = ml.Transforms.Conversion.MapValueToKey("Label").Fit(photos).Transform(photos);
        var result = ml.BlockPruning().CreateSweep(checkpoint)
            .SetDataset(keyed, keyed)
            .SetSearchSpace(new SparsitySearchSpace { Keep = [Keep], Block = [Block] })
            .Run();
        using var network = result.CreateModel();
        ml.Model.SavePruned(network, folder.File("sweep.zip"));
        return Written.Of(folder.File("sweep.zip"), network, files);
    }

    private Written Dense()
    {
        var ml = new MLContext(seed: 1);
        using var network = ml.Transforms.LoadViT(checkpoint);
        ml.Model.SavePruned(network, folder.File("dense.zip"));
        return Written.Of(folder.File("dense.zip"), network, files);
    }

    private SparseViTTransformer PruneAsTheProgramsDo()
    {
        var ml = new MLContext(seed: 1);
        var source = ImageSource.Open(ml, ImageOrigin.Of(images), new NetworkClasses.Dense(ml, checkpoint));
        return source.Preparation.Append(ml.Transforms.PruneBlocks(new BlockPruneEstimator.Options
        {
            ModelPath = checkpoint,
            Block = Block,
            Budget = PruneBudget.Flops(Keep),
        })).Fit(source.Calibration).LastTransformer;
    }

    private IDataView Photos(MLContext ml) => ml.Data.LoadFromEnumerable(ImageFolder.Read(images).SelectMany(found => found).ToList());

    private static void Run(params string[] arguments)
    {
        var run = CliRun.Of(arguments);
        Assert.AreEqual(0, run.ExitCode, run.Error);
    }
}
