using Microsoft.ML.BlockPruning.Calibration;
using Microsoft.ML.BlockPruning.Networks;
using Microsoft.ML.BlockPruning.Pruning.Refit;
using Microsoft.ML.BlockPruning.Pruning.Refit.Reconstruction;
using Microsoft.ML.BlockPruning.Sparsity;
using Microsoft.ML.BlockPruning.Tests.Torch;
using Microsoft.ML.BlockPruning.Torch;
using static TorchSharp.torch;

namespace Microsoft.ML.BlockPruning.Tests.Pruning.Refit.Reconstruction;

[TestClass]
public sealed class LayerReconstructionTests
{
    private const int Images = 100;
    private TensorLeakGuard _guard = null!;

    [TestInitialize]
    public void StartGuard() => _guard = TensorLeakGuard.Start();

    [TestCleanup]
    public void CheckGuard() => _guard.AssertNothingLeaked();

    [TestMethod]
    public void Refit_BringsTheStreamOfHeldOutImagesNearerToTheDenseOne()
    {
        var task = Task(keep: 0.5);

        double feedback = StreamError(task, new WeightRefit(task).Run(() => { }));
        double reconstructed = StreamError(task, Refit(task));

        Assert.IsTrue(reconstructed < feedback, $"{reconstructed} against {feedback}");
    }

    [TestMethod]
    public void Refit_LeavesZerosInRemovedBlocks()
    {
        var task = Task(keep: 0.4);

        var refitted = Refit(task);

        foreach (var (layer, weights) in task.Layers.Zip(refitted.PrunableLayers))
        {
            var mask = task.MaskOf(layer);
            float[] kept = BlockSparseMatrix.FromDense(weights.Weight, mask).ToDense();
            CollectionAssert.AreEqual(kept, weights.Weight, layer.Name);
        }
    }

    [TestMethod]
    [DataRow(0)]
    [DataRow(3)]
    [DataRow(6)]
    [DataRow(8)] // nothing removed anywhere
    public void Refit_ReportsAsManyStepsAsItSays(int firstPruned)
    {
        var task = Task(keep: 1);
        if (firstPruned < task.Layers.Count)
        {
            task.Plan[task.Layers[firstPruned].Name]![0, 0] = false;
        }

        var refit = new WeightRefit(task, new LayerReconstruction(task));
        int steps = 0;
        var refitted = refit.Run(() => steps++);

        Assert.AreEqual(refit.Work.Steps, steps);
        foreach (var (dense, layer) in task.Dense.PrunableLayers.Zip(refitted.PrunableLayers).Take(firstPruned / 4 * 4))
        {
            CollectionAssert.AreEqual(dense.Weight, layer.Weight, layer.Name);
        }
    }

    [TestMethod]
    public void Refit_IsTheSameForTheSameSeedOnly()
    {
        var task = Task(keep: 0.5);

        float[] first = Refit(task).Layers[0].Fc1.Weight;

        CollectionAssert.AreEqual(first, Refit(task).Layers[0].Fc1.Weight);
        CollectionAssert.AreNotEqual(first, Refit(task with { Seed = task.Seed + 1 }).Layers[0].Fc1.Weight);
    }

    [TestMethod]
    public void FittingWeights_LeaveOutWhatTheReconstructionIsJudgedBy()
    {
        var task = Task(keep: 0.5);
        int tokens = task.Dense.Config.Tokens;

        float[] weights = new LayerReconstruction(task).FittingWeights()[5][0];

        for (int token = 0; token < weights.Length; token++)
        {
            bool isHeldOut = new[] { 19, 39, 59, 79, 99 }.Contains(token / tokens);
            Assert.AreEqual(isHeldOut ? 0 : task.TokenWeights[5][0][token], weights[token], $"token {token}");
        }
    }

    [TestMethod]
    public void Refit_WhereOnlyAHeldOutImageHasAGradient_WeighsAllOthersAlike()
    {
        // A network that is sure of all images but one: the sampled labels of the others give no gradient in float32.
        var task = Task(keep: 0.5, images: 20);
        int tokens = task.Dense.Config.Tokens;
        float[] ofTheLastImage = [.. Enumerable.Range(0, 20 * tokens).Select(token => token / tokens == 19 ? 20f : 0)];
        task = task with { TokenWeights = [.. task.TokenWeights.Select(groups => groups.Select(_ => ofTheLastImage).ToList())] };

        var fitting = new LayerReconstruction(task).FittingWeights();
        var refitted = Refit(task);

        CollectionAssert.AreEqual(ofTheLastImage.Select(weight => weight > 0 ? 0f : 1).ToArray(), fitting[5][0]);
        Assert.IsTrue(refitted.Tensors.All(tensor => tensor.Values.All(float.IsFinite)));
    }

    [TestMethod]
    public void Refit_IsLeastSquaresAloneWhereNoImageCanBeHeldOut()
    {
        var task = Task(keep: 0.5, images: 19);

        float[] expected = new WeightRefit(task).Run(() => { }).Layers[1].Fc2.Weight;

        CollectionAssert.AreEqual(expected, Refit(task).Layers[1].Fc2.Weight);
    }

    [TestMethod]
    public void Run_LeavesALayerAloneThatItCannotBetter()
    {
        // Nothing is removed and the inputs are the dense network's: the loss is zero and every step can only raise it.
        var task = Task(keep: 1);
        using var scope = NewDisposeScope();
        using var off = no_grad();
        using var dense = new TorchNetwork(task.Dense);
        using var pruned = new TorchNetwork(task.Dense);
        using var inputs = CalibrationStreams.Before(dense, task.Calibration);
        using var targets = inputs.Clone();
        targets.Advance(dense.Layers[0].Steps[0], () => { });

        bool helped = new LayerReconstruction(task).Run(0, dense, pruned.Layers[0].Only(0), inputs, targets, () => { });

        Assert.IsFalse(helped);
        CollectionAssert.AreEqual(task.Dense.Layers[0].Qkv.Weight, pruned.ToWeights().Layers[0].Qkv.Weight);
        CollectionAssert.AreEqual(task.Dense.Layers[0].Norm1.Offset, pruned.ToWeights().Layers[0].Norm1.Offset);
    }

    [TestMethod]
    public void Refit_EndsInTheExceptionOfTheCallback()
    {
        var task = Task(keep: 0.5);
        var refit = new WeightRefit(task, new LayerReconstruction(task));
        for (int last = 1; last < refit.Work.Steps; last += 5)
        {
            int left = last;
            Assert.ThrowsExactly<OperationCanceledException>(() => refit.Run(() =>
            {
                if (left-- == 0)
                {
                    throw new OperationCanceledException();
                }
            }));
        }
    }

    private static NetworkWeights Refit(RefitTask task) => new WeightRefit(task, new LayerReconstruction(task)).Run(() => { });

    // By loops in float64, over every twentieth image: Σ (1 + e_t) ‖s_t − d_t‖² after the first encoder layer.
    private static double StreamError(RefitTask task, NetworkWeights refitted)
    {
        double sum = 0;
        string last = task.Dense.Layers[0].Fc2.Name;
        int tokens = task.Dense.Config.Tokens;
        for (int image = 19; image < Images; image += 20)
        {
            double[][] expected = StreamAfter(task.Dense, last, task.Calibration.ImageAt(image));
            double[][] actual = StreamAfter(refitted, last, task.Calibration.ImageAt(image));
            sum += Enumerable.Range(0, tokens).Sum(t => (1 + task.TokenWeights[3][0][(image * tokens) + t])
                * expected[t].Zip(actual[t], (x, y) => (x - y) * (x - y)).Sum());
        }

        return sum;
    }

    private static double[][] StreamAfter(NetworkWeights network, string branch, ReadOnlySpan<float> image)
    {
        double[][] stream = [];
        new ReferenceViT(network) { OnBranch = (name, _, sum) => stream = name == branch ? sum : stream }.Logits(image);
        return stream;
    }

    private static RefitTask Task(double keep, int images = Images)
    {
        var random = new Random(11);
        var dense = TinyNetwork.Weights(TinyNetwork.Config(), seed: 3);
        var layers = PrunableLayer.Of(dense, new BlockShape(2, 2));
        var plan = new SparsityPlan();
        foreach (var layer in layers)
        {
            var mask = layer.Blocks.Clone();
            for (int block = 0; block < mask.TotalBlocks; block++)
            {
                mask[block / mask.BlockColumns, block % mask.BlockColumns] = random.NextDouble() < keep;
            }

            plan.Add(layer.Name, mask);
        }

        int tokens = images * dense.Config.Tokens;
        float[][][] weights = [.. layers.Select(layer => layer.Groups.Select(_ => Energies(random, tokens)).ToArray())];
        return new RefitTask(dense, TinyNetwork.Calibration(dense.Config, images), layers, weights, plan, Seed: 1);
    }

    private static float[] Energies(Random random, int tokens) => [.. Enumerable.Range(0, tokens).Select(_ => random.NextSingle() * 2)];
}
