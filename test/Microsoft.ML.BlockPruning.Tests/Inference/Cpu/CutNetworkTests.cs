using Microsoft.ML.BlockPruning.Formats;
using Microsoft.ML.BlockPruning.Inference.Cpu;
using Microsoft.ML.BlockPruning.Kernels.Cpu;
using Microsoft.ML.BlockPruning.Kernels.Cpu.Layout;
using Microsoft.ML.BlockPruning.Models;
using Microsoft.ML.BlockPruning.Networks;
using Microsoft.ML.BlockPruning.Sparsity;
using Microsoft.ML.BlockPruning.Tests.Kernels.Cpu;
using Microsoft.ML.BlockPruning.Tests.Onnx;

namespace Microsoft.ML.BlockPruning.Tests.Inference.Cpu;

/// <summary>Networks that are scored without what nothing reads: the scores are those of twins that compute it all.</summary>
[TestClass]
public sealed class CutNetworkTests
{
    private const int Images = 4;

    /// <summary>Blocks that are strips, hold two, divide and straddle them.</summary>
    private static readonly BlockShape[] Blocks = [new(8, 8), new(16, 16), new(4, 4), new(12, 10)];

    public static IEnumerable<(string Network, string Planting)> Networks =>
        from network in PlantedNetworks.Specs.Keys
        from planting in PlantedNetworks.Plantings.Keys
        select (network, planting);

    public static IEnumerable<(string Network, string Kernel)> Kernels =>
        from network in PlantedNetworks.Specs.Keys
        from kernel in TestKernels.Names
        select (network, kernel);

    [TestMethod]
    [DynamicData(nameof(Kernels))]
    public void Score_IsTheBitsOfTheTwin_ForAnyKernelThreadsBatchAndFormat(string name, string kernelName)
    {
        var kernel = TestKernels.SupportedOrInconclusive(kernelName);
        var spec = PlantedNetworks.Specs[name];
        float[] images = RandomNetworks.Images(spec, Images, seed: 3);
        foreach (string planting in PlantedNetworks.Plantings.Keys)
        {
            foreach (var block in Blocks)
            {
                foreach (var format in Enum.GetValues<NumberFormat>())
                {
                    var (_, cut, twin) = PlantedNetworks.Of(spec, block, planting, format);
                    string what = $"{planting}, {block}, {format}";
                    using var whole = new SparseViTSession(twin, threads: 1, kernel);
                    float[] expected = RandomNetworks.Score(whole, images);
                    using var one = new SparseViTSession(cut, threads: 1, kernel);
                    using var three = new SparseViTSession(cut, threads: 3, kernel);
                    CollectionAssert.AreEqual(expected, RandomNetworks.Score(one, images), what);
                    CollectionAssert.AreEqual(expected, RandomNetworks.Score(three, images), $"{what}, three threads");
                    float[] last = RandomNetworks.Score(three, images[^spec.ImageDim..]);
                    CollectionAssert.AreEqual(expected[^spec.NumClasses..], last, $"{what}, alone");
                }
            }
        }
    }

    [TestMethod]
    [DynamicData(nameof(Networks))]
    public void Score_AgreesWithTheOracle(string name, string planting)
    {
        var spec = PlantedNetworks.Specs[name];
        var (weights, cut, _) = PlantedNetworks.Of(spec, new BlockShape(8, 8), planting);
        float[] images = RandomNetworks.Images(spec, 2, seed: 3);
        var oracle = new ReferenceNetwork(weights);
        double[] expected = [.. images.Chunk(spec.ImageDim).SelectMany(image => oracle.Logits(image))];
        using var session = new SparseViTSession(cut, threads: 2);

        float[] logits = RandomNetworks.Score(session, images);

        for (int i = 0; i < expected.Length; i++)
        {
            Assert.AreEqual(expected[i], logits[i], 1e-4 * expected.Max(Math.Abs), $"logit {i}");
        }
    }

    /// <summary>By plain loops over inputs of the second layers: eight neighbours go together, where no block reads any of them.</summary>
    [TestMethod]
    [DynamicData(nameof(Networks))]
    public void Pack_LeavesOutWhatNothingReads_AndNothingElse(string name, string planting)
    {
        var spec = PlantedNetworks.Specs[name];
        int cutUnits = 0;
        foreach (var block in Blocks)
        {
            var (_, network, _) = PlantedNetworks.Of(spec, block, planting);
            using var packed = new PackedNetwork(network, CpuKernels.Selected);
            foreach (var (step, made) in spec.Steps.Zip(packed.Steps).Where(pair => pair.First is BranchSpec))
            {
                var (branch, found) = ((BranchSpec)step, (PackedBranch)made);
                var mask = network.Weights[branch.Second].Weight.ToMask();
                bool IsRead(int input) => Enumerable.Range(0, mask.BlockRows).Any(row => mask[row, input / mask.Shape.Width]);
                int[] live = [.. Enumerable.Range(0, branch.Second.InFeatures)
                    .Where(input => Enumerable.Range(input / 8 * 8, 8).Any(other => other < branch.Second.InFeatures && IsRead(other)))];
                cutUnits += branch.Second.InFeatures - live.Length;
                if (live.Length == 0)
                {
                    Assert.IsNull(found.First, $"{branch.Layer}: nothing is read of it");
                    continue;
                }

                int heads = branch.Middle is MultiHeadSpec many ? live.Select(input => input / many.HeadDim).Distinct().Count() : 0;
                int width = branch.Middle is MultiHeadSpec { HeadDim: var dim } ? dim : 0;
                Assert.AreEqual((2 * heads * width) + live.Length, found.First!.OutFeatures, branch.First.Name);
                Assert.AreEqual(live.Length, found.Second.InFeatures, branch.Second.Name);
                Assert.AreEqual(heads, (found.Attention ?? found.Windows?.Image)?.Heads ?? 0, branch.Layer);
            }
        }

        Assert.AreEqual(planting == "none", cutUnits == 0, "the planting did not come to anything");
    }

    [TestMethod]
    public void Pack_OfANetworkThatReadsAll_IsThePackingOfItsLayers()
    {
        var (_, network, _) = PlantedNetworks.Of(PlantedNetworks.Specs["Swin"], new BlockShape(12, 10), "none");
        var kernel = CpuKernels.Selected;
        using var packed = new PackedNetwork(network, kernel);

        foreach (var (branch, found) in network.Spec.Steps.OfType<BranchSpec>().Zip(packed.Steps.OfType<PackedBranch>()))
        {
            foreach (var (linear, made) in new[] { (branch.First, found.First!), (branch.Second, found.Second) })
            {
                using var expected = (PackedStrips)kernel.Linear.Pack(network.Weights[linear].Weight, network.Weights[linear].Bias);
                Assert.AreEqual((linear.OutFeatures, linear.InFeatures), (made.OutFeatures, made.InFeatures));
                Assert.AreEqual(expected.PackedWeights, ((PackedStrips)made).PackedWeights);
            }
        }
    }

    /// <summary>Strips would join rows of two heads there, and zeros filled in are other bits where a number is not finite.</summary>
    [TestMethod]
    public void Pack_LeavesHeadsWhole_ThatStripsDoNotDivide_ButNotWhereNothingIsRead()
    {
        var spec = SpecifiedNetworks.All["windowed"]; // heads of 6, 8, 4, 10, 10 and 7
        var (_, some, twin) = PlantedNetworks.Of(spec, new BlockShape(1, 1), "first head");
        var (_, none, _) = PlantedNetworks.Of(spec, new BlockShape(1, 1), "all that attention gives");
        using var packed = new PackedNetwork(some, CpuKernels.Selected);
        using var empty = new PackedNetwork(none, CpuKernels.Selected);
        float[] images = RandomNetworks.Images(spec, Images, seed: 3);
        using var session = new SparseViTSession(some, threads: 2);
        using var whole = new SparseViTSession(twin, threads: 2);

        Assert.AreEqual("2 0 3 2 2 2", HeadsOf(packed), "the second has one head, of 8");
        Assert.AreEqual("0 0 0 0 0 0", HeadsOf(empty));
        CollectionAssert.AreEqual(RandomNetworks.Score(whole, images), RandomNetworks.Score(session, images));
    }

    [TestMethod]
    [DynamicData(nameof(Networks))]
    public void FilesOfACutNetwork_HoldAllOfIt(string name, string planting)
    {
        var spec = PlantedNetworks.Specs[name];
        var (weights, cut, _) = PlantedNetworks.Of(spec, new BlockShape(8, 8), planting);
        float[] images = RandomNetworks.Images(spec, 2, seed: 3);
        using var session = new SparseViTSession(cut, threads: 1);
        float[] scores = RandomNetworks.Score(session, images);
        using var stream = new MemoryStream();
        cut.Save(stream);

        var loaded = SparseViTReader.Read(new MemoryStream(stream.ToArray()));

        using var again = new SparseViTSession(loaded, threads: 1);
        CollectionAssert.AreEqual(scores, RandomNetworks.Score(again, images));
        var written = loaded.ToWeights();
        foreach (var linear in spec.PrunableLinears)
        {
            CollectionAssert.AreEqual(weights[linear].Weight, written[linear].Weight, linear.Name);
            CollectionAssert.AreEqual(weights[linear].Bias, written[linear].Bias, linear.Name);
        }

        float[] byOnnx = OnnxRun.Score(loaded, images);
        for (int i = 0; i < scores.Length; i++)
        {
            Assert.AreEqual(scores[i], byOnnx[i], 1e-4 * scores.Max(Math.Abs), $"logit {i}");
        }
    }

    [TestMethod]
    [DynamicData(nameof(Networks))]
    public void Session_AllocatesNothingWhenWarm_AndFreesAll(string name, string planting)
    {
        var spec = PlantedNetworks.Specs[name];
        var (_, cut, _) = PlantedNetworks.Of(spec, new BlockShape(8, 8), planting);
        float[] images = RandomNetworks.Images(spec, 2, seed: 3), logits = new float[2 * spec.NumClasses];
        long atFirst = NativeBuffer.LiveBytes;
        using (var session = new SparseViTSession(cut, threads: 2))
        {
            session.Score(images, 2, logits);
            long before = GC.GetAllocatedBytesForCurrentThread();
            session.Score(images, 2, logits);
            Assert.AreEqual(before, GC.GetAllocatedBytesForCurrentThread());
        }

        Assert.AreEqual(atFirst, NativeBuffer.LiveBytes);
    }

    [TestMethod]
    public void LiveUnits_CountsWhatIsCut_OfMasksAndOfMatrices()
    {
        var (_, network, _) = PlantedNetworks.Of(
            PlantedNetworks.Specs["ViT of three heads of 16, 100 hidden"], new BlockShape(4, 4), "units and values");
        var (attention, mlp) = ((BranchSpec)network.Spec.Steps[0], (BranchSpec)network.Spec.Steps[1]);

        // Of 48 values 0-15 and 32-47 are dead, which are two heads; of 100 units 0-15, 32-47, 64-79 and 96-99.
        Assert.AreEqual((32, 2), CutOf(attention, network));
        Assert.AreEqual((52, 0), CutOf(mlp, network));
    }

    private static (int Units, int Heads) CutOf(BranchSpec branch, SparseViT network)
    {
        var weight = network.Weights[branch.Second].Weight;
        var (live, ofMask) = (LiveUnits.Of(branch, weight), LiveUnits.Of(branch, weight.ToMask()));
        Assert.AreEqual((live.CutUnits, live.CutHeads), (ofMask.CutUnits, ofMask.CutHeads));
        return (live.CutUnits, live.CutHeads);
    }

    private static string HeadsOf(PackedNetwork network) => string.Join(
        ' ',
        network.Spec.Steps.Zip(network.Steps).Where(pair => pair.First is BranchSpec { Middle: MultiHeadSpec })
            .Select(pair => ((PackedBranch)pair.Second).Windows?.Image.Heads ?? 0));
}
