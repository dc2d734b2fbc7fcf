#pragma warning disable IDE0005 // An application lives outside our namespaces.
using Microsoft.ML;
using Microsoft.ML.BlockPruning;
using Microsoft.ML.BlockPruning.Pruning;
using Microsoft.ML.BlockPruning.Sparsity;
using Microsoft.ML.BlockPruning.Sweeps;
using Microsoft.ML.BlockPruning.Sweeps.Executors;

namespace Microsoft.ML.BlockPruning.PublicApi.Tests;

/// <summary>A sweep whose trials run in an executor of another package, which knows nothing that is not public.</summary>
[TestClass]
public sealed class ToyExecutorTests : IDisposable
{
    private static readonly string[] Labels = ["cat", "dog", "owl"];

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("blockpruning-tests-");
    private readonly MLContext _ml = new(seed: 1);

    public void Dispose() => _folder.Delete(recursive: true);

    [TestMethod]
    public void Run_WithAnExecutorElsewhere_GivesWhatOneHereGives()
    {
        var here = Sweep().Run();
        var remotes = new List<Remote>();

        var there = Sweep().SetExecutor(subject => Added(remotes, new Remote(subject, _folder))).Run();

        CollectionAssert.AreEqual(here.Trials.Select(Figures).ToList(), there.Trials.Select(Figures).ToList());
        Assert.AreEqual(here.DenseTop1, there.DenseTop1);
        Assert.AreEqual(3, remotes.Single().Trials.Count, "two, and the recommended one once more");
        Assert.IsTrue(remotes.Single().IsDisposed);
        Assert.IsGreaterThan(0, remotes.Single().Steps);
        using var expected = here.CreateModel();
        using var found = there.CreateModel();
        CollectionAssert.AreEqual(Network(expected), Network(found), "its model travelled as the bytes of a file");
        Assert.AreEqual(expected.Report!.Network.Pruned.WeightBytes, found.Report!.Network.Pruned.WeightBytes);
    }

    [TestMethod]
    public void Subject_IsKnownByItsIdentity()
    {
        var identities = new List<string>();

        foreach (var (floor, seed) in new[] { (0.0, 1), (0.0, 1), (0.1, 1), (0.0, 2) })
        {
            Sweep(floor, new MLContext(seed)).SetExecutor(subject =>
            {
                identities.Add(subject.Identity);
                Assert.AreEqual((12, 9), (subject.CalibrationImages, subject.ValidationImages));
                return new Made(trial => Result(trial, 0.5));
            }).Run();
        }

        Assert.AreEqual(identities[0], identities[1]);
        Assert.AreEqual(3, identities.Distinct().Count());
    }

    [TestMethod]
    public void Run_HoldsWhatAnExecutorAnswersAgainstWhatCanBe()
    {
        StringAssert.Contains(ErrorOf(trial => Result(trial with { Keep = 0.123 }, 0.5)), "was asked for the trial keep 0.6");
        StringAssert.Contains(ErrorOf(trial => Result(trial, 1.5)), "top1 is 1.5, expected 0 to 1");
        StringAssert.Contains(ErrorOf(_ => throw new IOException("the silo is gone")), "the silo is gone");
        var limited = Sweep().SetMaximumMemoryUsageInMegaByte(4096).SetExecutor(_ => new Made(trial => Result(trial, 0.5)));
        StringAssert.Contains(Assert.ThrowsExactly<ArgumentException>(() => limited.Run()).Message, "limit the memory there");
    }

    private string ErrorOf(Func<Trial, TrialResult> answer) =>
        Sweep().SetExecutor(_ => new Made(answer)).Run().Trials.Single(trial => trial.Keep == 0.6).Error!;

    private SparsitySweep Sweep(double floor = 0, MLContext? context = null)
    {
        var ml = context ?? _ml;
        string path = Path.Combine(_folder.FullName, "dense.safetensors");
        TinyNetwork.Save(path, Labels.Length, embedDim: 16);
        return ml.BlockPruning()
            .CreateSweep(new BlockPruneEstimator.Options { ModelPath = path, LayerFloor = floor, Refit = PruneRefit.None })
            .SetSearchSpace(new SparsitySearchSpace { Keep = [0.8, 0.6], Block = [new BlockShape(8, 8)] })
            .SetDataset(Data(ml, 12), Data(ml, 9));
    }

    private static IDataView Data(MLContext ml, int count)
    {
        var pictures = ml.Data.LoadFromEnumerable(Picture.Read(count, Labels));
        return ml.Transforms.Conversion.MapValueToKey("Label").Fit(pictures).Transform(pictures);
    }

    private static Remote Added(List<Remote> remotes, Remote remote)
    {
        remotes.Add(remote);
        return remote;
    }

    private static byte[] Network(SparseViTTransformer model)
    {
        using var stream = new MemoryStream();
        model.SaveNetwork(stream);
        return stream.ToArray();
    }

    private static string Figures(TrialResult result) =>
        $"{result.Trial} {result.Status} {result.Top1:R} {result.Kl:R} {result.MultiplyAdds} {result.Bytes} {result.Error}";

    private static TrialResult Result(Trial trial, double top1) => new()
    {
        Keep = trial.Keep,
        Block = trial.Block,
        Criterion = trial.Criterion,
        Refit = trial.Refit,
        FineTuneEpochs = trial.FineTuneEpochs,
        CalibrationImages = trial.CalibrationImages,
        Status = TrialStatus.Completed,
        Top1 = top1,
        Kl = 0.25,
        MultiplyAdds = 1000,
        Bytes = 4000,
        Milliseconds = 1,
        Seconds = 1,
    };

    /// <summary>What a cluster's executor does, without the cluster: subject as files, trials as text, models as bytes.</summary>
    private sealed class Remote : ITrialExecutor
    {
        private readonly ITrialExecutor _silo;

        public Remote(TrialSubject subject, DirectoryInfo work)
        {
            var folder = work.CreateSubdirectory(subject.Identity[..12]);
            subject.Save(folder.FullName);
            _silo = TrialSubject.OpenExecutor(folder.FullName);
        }

        public List<Trial> Trials { get; } = [];

        public int Steps { get; private set; }

        public bool IsDisposed { get; private set; }

        public double DenseTop1 => _silo.DenseTop1;

        public int CalibrationImages => _silo.CalibrationImages;

        public TrialOutcome Run(Trial trial, Action<PruneProgress> onProgress, CancellationToken cancellationToken)
        {
            Trials.Add(trial);
            var sent = System.Text.Json.JsonSerializer.Deserialize<Sent>(System.Text.Json.JsonSerializer.Serialize(
                new Sent(trial.Keep, trial.Block.ToString(), trial.Criterion, trial.Refit)))!;
            var outcome = _silo.Run(
                new Trial(sent.Keep, BlockShape.Parse(sent.Block), sent.Criterion, sent.Refit),
                step =>
                {
                    Steps++;
                    onProgress(new PruneProgress(step.Stage, step.Done, step.Total, step.Shot, step.Shots));
                },
                cancellationToken);
            using var model = new MemoryStream();
            outcome.SaveModel(model);
            return new TrialOutcome(outcome.Result, model.ToArray(), outcome.Report);
        }

        public void Dispose()
        {
            IsDisposed = true;
            _silo.Dispose();
        }

        private sealed record Sent(double Keep, string Block, PruneCriterion Criterion, PruneRefit Refit);
    }

    /// <summary>Makes results up.</summary>
    private sealed class Made(Func<Trial, TrialResult> answer) : ITrialExecutor
    {
        public double DenseTop1 => 0.5;

        public int CalibrationImages => 12;

        public TrialOutcome Run(Trial trial, Action<PruneProgress> onProgress, CancellationToken cancellationToken) => new(answer(trial));

        public void Dispose()
        {
            // Nothing is held.
        }
    }
}
