using Microsoft.ML.BlockPruning.Calibration;
using Microsoft.ML.BlockPruning.Networks;
using Microsoft.ML.BlockPruning.Pruning;
using Microsoft.ML.BlockPruning.Pruning.Allocation;
using Microsoft.ML.BlockPruning.Pruning.Bases;
using Microsoft.ML.BlockPruning.Pruning.Budgets;
using Microsoft.ML.BlockPruning.Pruning.Refit;
using Microsoft.ML.BlockPruning.Pruning.Refit.Reconstruction;
using Microsoft.ML.BlockPruning.Sparsity;
using Microsoft.ML.BlockPruning.Torch;

namespace Microsoft.ML.BlockPruning.Runs;

/// <summary>Prunes the first layer of a network with few images, by the method of the whole run, and times it.</summary>
/// <param name="request">The run.</param>
/// <param name="onStep">Called after every batch and strip; it may throw to cancel.</param>
internal sealed class PruneSample(PruneRequest request, Action onStep)
{
    // With fewer a layer is not trained as a whole.
    private const int TrainedImages = 20;
    private const int LeastImages = 2 * TrainedImages;
    private const int MostImages = 256;
    private const int WarmImages = 8;

    // As many images as a calibration pass through the layer takes two seconds for: of fewer, what is the same for any number takes most.
    private const double PassSeconds = 2;

    // What takes longer is reckoned from the strips that are done.
    private const double ScoringSeconds = 20;

    private readonly PruneMethod _method = PruneMethods.Of(request);

    private bool Trains => request.Refit == PruneRefit.Reconstruction;

    /// <summary>Images that <see cref="SecondsOf"/> may ask for.</summary>
    public const int Wanted = MostImages;

    /// <summary>Layers of a network that take as long as the one that is timed, by multiply-adds.</summary>
    public static double LayersOf(NetworkSpec spec) =>
        (double)spec.PrunableLinears.Sum(Work) / SampledOf(spec).PrunableLinears.Sum(Work);

    /// <summary>Seconds of the run, as one layer and few images speak for it.</summary>
    /// <param name="dense">The network; not changed.</param>
    /// <param name="sample">The first of its calibration images.</param>
    /// <param name="share">Fraction of the blocks that stays, about.</param>
    /// <param name="images">Images that calibrate in the run.</param>
    public double SecondsOf(NetworkWeights dense, CalibrationSet sample, double share, int images)
    {
        var times = Run(dense, sample, share);
        var spec = SampledOf(dense.Spec);
        double trained = LayerReconstruction.WorkOf(spec, times.Images); // above zero for any number of images
        return times.SecondsOf(new RunSize(LayersOf(dense.Spec), images, request.Shots, request.FineTuning?.Epochs ?? 0)
        {
            ChangingTimes = (double)BasisPass.ImagesOf(spec, images) / BasisPass.ImagesOf(spec, times.Images),
            TrainingTimes = LayerReconstruction.WorkOf(spec, images) / trained,
        });
    }

    private SampledTimes Run(NetworkWeights dense, CalibrationSet images, double share)
    {
        using var threads = new TorchThreads(request.Threads);
        var network = FirstLayer(dense);
        var rules = RulesFor(network.Spec);
        var layers = rules.LayersOf(network);
        int count = ImagesFor(network, layers, images);
        var sample = Take(network.Spec, images, count);
        var plan = SpreadPlan(rules.GridsOf(layers), share);

        // Code is compiled and pools are filled, once for all layers of the run.
        var first = Take(network.Spec, images, Math.Min(count, TrainedImages));
        _method.Basis.Change(network, first, layers, onStep);
        Refit(network, first, layers, plan);

        var times = Choose(network, sample, rules, layers, share);
        double refitting = Refit(network, sample, layers, plan);
        double fitting = Trains ? Fit(network, sample, layers, plan) : refitting;
        int fewer = Math.Max(TrainedImages, count / 4);
        return times with
        {
            Fitting = fitting,
            Training = Math.Max(0, refitting - fitting),
            Fewer = count < LeastImages ? null : (fewer, Fit(network, Take(network.Spec, images, fewer), layers, plan)),
        };
    }

    private int ImagesFor(NetworkWeights network, IReadOnlyList<PrunableLayer> layers, CalibrationSet images)
    {
        var few = Take(network.Spec, images, Math.Min(WarmImages, images.Count));
        new CalibrationPass(network, few, request.Seed).RunShard(layers, onStep);
        double seconds = Timed(() => new CalibrationPass(network, few, request.Seed).RunShard(layers, onStep));
        int affordable = (int)Math.Clamp(PassSeconds * few.Count / seconds, LeastImages, MostImages);
        return Math.Min(affordable, images.Count);
    }

    // Up to the refit, which is timed by itself.
    private SampledTimes Choose(
        NetworkWeights network, CalibrationSet sample, LayerRules rules, IReadOnlyList<PrunableLayer> layers, double share)
    {
        var grids = rules.GridsOf(layers);
        double floors = grids.Layers.Sum(layer => LayerAllocation.FloorOf(layer.Blocks, rules.FloorOf(layer.Name)) + 1.0);
        double there = (double)grids.KeptBlocks / grids.TotalBlocks;

        // Floors are rounded up, and few layers feel it most.
        double keep = Math.Min(1, Math.Max(share * there, floors / grids.TotalBlocks));
        var settings = new PruneSettings
        {
            Layers = rules,
            Constraints = BudgetRequest.Of(BudgetUnit.Blocks, keep).Resolve(new NetworkCost(network.Spec, request.WeightFormat), grids),
            Seed = request.Seed,
        };
        var basis = new RememberedBasis(_method.Basis);
        double changing = Timed(() => basis.Change(network, sample, layers, onStep));
        var clock = new StageClock();
        using var enough = new CancellationTokenSource();
        double scored = 1;
        try
        {
            new BlockPruner(_method with { Basis = basis, Shots = 1 }).Prune(network, sample, settings, step =>
            {
                onStep();
                clock.Lap(step.Stage.ToString());
                scored = step.Stage == PruneStage.Scoring ? ScoredPart(layers, step.Done) : scored;
                if (step.Stage is PruneStage.Refitting || SpentIn(clock, PruneStage.Scoring) > ScoringSeconds)
                {
                    throw new OperationCanceledException(enough.Token);
                }
            });
        }
        catch (OperationCanceledException ended) when (ended.CancellationToken == enough.Token)
        {
        }

        return new SampledTimes(sample.Count)
        {
            Changing = changing,
            Calibrating = SpentIn(clock, PruneStage.Calibrating),
            Choosing = (SpentIn(clock, PruneStage.Scoring) / scored) + SpentIn(clock, PruneStage.Allocating),
        };
    }

    private double Refit(NetworkWeights network, CalibrationSet images, IReadOnlyList<PrunableLayer> layers, SparsityPlan plan) =>
        Refit(_method.Refit, network, images, layers, plan);

    // Without what follows least squares.
    private double Fit(NetworkWeights network, CalibrationSet images, IReadOnlyList<PrunableLayer> layers, SparsityPlan plan) => Refit(
        Trains ? PruneMethod.FeedbackRefit : _method.Refit, network, images, layers, plan);

    private double Refit(
        Func<RefitTask, IWeightRefit> refit, NetworkWeights network, CalibrationSet images, IReadOnlyList<PrunableLayer> layers,
        SparsityPlan plan)
    {
        var tokens = layers.Select(layer => layer.Groups.Select(_ => Ones(images.Count * layer.Tokens)).ToArray()).ToArray();
        return Timed(() => refit(new RefitTask(network, images, layers, tokens, plan, request.Seed)).Run(onStep));
    }

    // By the cube of the inputs, as their inverse and a strip's path take it.
    private static double ScoredPart(IReadOnlyList<PrunableLayer> layers, int strips)
    {
        double[] work = [.. layers.SelectMany(layer =>
            Enumerable.Repeat(Math.Pow(layer.Weights.InFeatures, 3), layer.Blocks.BlockRows))];
        return work.Take(strips).Sum() / work.Sum();
    }

    // As many blocks in every strip, at other places.
    private static SparsityPlan SpreadPlan(LayerGrids grids, double share)
    {
        var plan = new SparsityPlan();
        foreach (var (name, blocks) in grids.Layers)
        {
            var mask = new BlockMask(blocks.Rows, blocks.Columns, blocks.Shape, keepAll: false);
            int kept = (int)Math.Clamp(Math.Round(share * mask.BlockColumns), 1, mask.BlockColumns);
            for (int row = 0; row < mask.BlockRows; row++)
            {
                for (int i = 0; i < kept; i++)
                {
                    mask[row, (row + i) % mask.BlockColumns] = true;
                }
            }

            plan.Add(name, mask);
        }

        return plan;
    }

    private LayerRules RulesFor(NetworkSpec spec)
    {
        string[] names = [.. spec.PrunableLinears.Select(linear => linear.Name)];
        string[] dense = [.. names.Intersect(request.LayersToKeepDense ?? [], StringComparer.Ordinal)];
        return new LayerRules(
            request.Block, request.LayerFloor, Of(request.LayerBlocks, names), Of(request.LayerFloors, names),
            dense.Length < names.Length ? dense : []); // a layer that loses nothing would tell nothing
    }

    private static Dictionary<string, T>? Of<T>(IReadOnlyDictionary<string, T>? rules, string[] names) =>
        rules?.Where(rule => names.Contains(rule.Key, StringComparer.Ordinal)).ToDictionary();

    private static NetworkWeights FirstLayer(NetworkWeights dense)
    {
        var network = new NetworkWeights(SampledOf(dense.Spec));
        var tensors = dense.Tensors.ToDictionary(tensor => tensor.Name, tensor => tensor.Values, StringComparer.Ordinal);
        foreach (var tensor in network.Tensors)
        {
            tensors[tensor.Name].CopyTo(tensor.Values, 0);
        }

        return network;
    }

    // Where layers have different sizes the first speaks for no other.
    private static NetworkSpec SampledOf(NetworkSpec spec)
    {
        var shapes = spec.Layers.Select(layer => layer.Linears.Select(linear => linear with { Name = "" }).ToArray()).ToList();
        return shapes.TrueForAll(shape => shape.SequenceEqual(shapes[0]))
            ? new NetworkSpec(spec.Family, spec.ImageSize, spec.Channels, spec.Stem, spec.Layers[0].Steps, spec.Norm, spec.Heads)
            : spec;
    }

    private static CalibrationSet Take(NetworkSpec spec, CalibrationSet images, int count) => new(
        spec, images.ImagesAt(0, count).ToArray(), count, images.Labels is { } labels ? labels[..count] : null);

    private static float[] Ones(int count)
    {
        float[] ones = new float[count];
        Array.Fill(ones, 1);
        return ones;
    }

    private static double SpentIn(StageClock clock, PruneStage stage) =>
        clock.Stages.Where(one => one.Name == stage.ToString()).Sum(one => one.Seconds);

    private static double Timed(Action work)
    {
        long start = TimeProvider.System.GetTimestamp();
        work();
        return TimeProvider.System.GetElapsedTime(start).TotalSeconds;
    }

    private static long Work(LinearSpec linear) => linear.Tokens * linear.Elements;
}
