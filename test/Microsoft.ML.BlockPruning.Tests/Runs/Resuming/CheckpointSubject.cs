using System.Diagnostics;
using System.Globalization;
using Microsoft.ML.BlockPruning.FineTuning;
using Microsoft.ML.BlockPruning.Networks;
using Microsoft.ML.BlockPruning.Pruning;
using Microsoft.ML.BlockPruning.Sparsity;

namespace Microsoft.ML.BlockPruning.Tests.Runs.Resuming;

/// <summary>A small network and images, pruned in this process, or in another one that kills itself on the way.</summary>
internal sealed class CheckpointSubject : IDisposable
{
    private static readonly string[] Labels = ["cat", "dog", "owl"];
    private readonly TestCheckpoint _network = new(TestNetworks.Weights(TestNetworks.Config()));

    public string ModelPath => _network.ModelPath;

    public NetworkWeights Weights => _network.Weights;

    /// <summary>Where the state is kept.</summary>
    public string Folder => _network.File("state");

    /// <summary>Names of the files in it, in order.</summary>
    public string[] Files => Directory.Exists(Folder)
        ? [.. Directory.GetFiles(Folder).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)]
        : [];

    /// <summary>The program of a process that is killed: model, folder, stage, and the report of that stage at which it ends.</summary>
    public static int Run(string[] args)
    {
        var stage = Enum.Parse<PruneStage>(args[2]);
        int left = int.Parse(args[3], CultureInfo.InvariantCulture);
        var options = OptionsOf(args[0]);
        options.CheckpointFolder = args[1];
        options.Progress = new Reporter(step =>
        {
            if (step.Stage == stage && left-- == 0)
            {
                using var self = Process.GetCurrentProcess();
                self.Kill(); // SIGKILL: nothing is cleaned up
                Thread.Sleep(Timeout.Infinite);
            }
        });
        Fit(options, images: 40).Dispose();
        return 0;
    }

    public BlockPruneEstimator.Options Options() => OptionsOf(ModelPath);

    public static SparseViTTransformer Fit(BlockPruneEstimator.Options options, int images = 40) =>
        Fit(ml => ml.Transforms.PruneBlocks(options), images);

    public static SparseViTTransformer Fit(Func<MLContext, BlockPruneEstimator> create, int images = 40)
    {
        var ml = new MLContext(seed: 1);
        var data = ml.Data.LoadFromEnumerable(TestImages.PixelsRows(images, Labels));
        var keyed = ml.Transforms.Conversion.MapValueToKey("Label").Fit(data).Transform(data);
        return create(ml).Fit(keyed);
    }

    /// <summary>Prunes until a report, and ends there as a cancelled run does.</summary>
    public static void Stop(BlockPruneEstimator.Options options, PruneStage stage, int after)
    {
        options.Progress = new Reporter(step =>
        {
            if (step.Stage == stage && after-- == 0)
            {
                throw new OperationCanceledException();
            }
        });
        Assert.ThrowsExactly<OperationCanceledException>(() => Fit(options));
    }

    /// <summary>All that a run gives and that no clock measures: network, plan and the report's figures.</summary>
    public static string Result(SparseViTTransformer transformer)
    {
        using var network = new MemoryStream();
        transformer.SaveNetwork(network);
        var report = transformer.Report!;
        return string.Join('\n',
        [
            Convert.ToHexString(network.ToArray()),
            .. report.Layers.Select(layer => FormattableString.Invariant(
                $"{layer.Name} {layer.KeptBlocks}/{layer.TotalBlocks} {layer.PredictedDistortion:R} {layer.MeasuredDistortion:R}")),
            FormattableString.Invariant($"{report.Network.PredictedDistortion:R} {report.Network.HeldOut?.KlDivergence:R}"),
            .. report.Notes.Where(note => !note.Contains(" ms", StringComparison.Ordinal)),
        ]);
    }

    public void Dispose() => _network.Dispose();

    private static BlockPruneEstimator.Options OptionsOf(string modelPath) => new()
    {
        ModelPath = modelPath,
        Block = new BlockShape(4, 4),
        Budget = PruneBudget.Flops(0.6),
        Shots = 2,
        NumberOfThreads = 1,
        ValidationSetFraction = 0.1,
        FineTuning = new FineTuneOptions { Epochs = 2, BatchSize = 16 },
    };

    internal sealed class Reporter(Action<PruneProgress> report) : IProgress<PruneProgress>
    {
        public void Report(PruneProgress value) => report(value);
    }
}
