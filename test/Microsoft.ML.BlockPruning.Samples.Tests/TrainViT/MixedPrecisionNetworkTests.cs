using global::TrainViT;
using Microsoft.ML.BlockPruning.Networks.Families;
using Microsoft.ML.BlockPruning.Torch;
using static TorchSharp.torch;

namespace Microsoft.ML.BlockPruning.Samples.Tests.TrainViT;

[TestClass]
public sealed class MixedPrecisionNetworkTests
{
    private static readonly ViTConfig Config = new(28, 4, 1, embedDim: 32, depth: 3, numHeads: 2, mlpDim: 64, numClasses: 10);

    [ClassInitialize]
    public static void LoadLibTorch(TestContext context) => LibTorch.EnsureLoaded();

    [TestMethod]
    public void Gradients_InBFloat16FollowFloat32()
    {
        float[] expected = PlainGradients();
        float[] actual = Gradients(Precision.BFloat16);

        double difference = Norm([.. expected.Zip(actual, (e, a) => e - a)]);

        // bfloat16 rounds by up to 2⁻⁹ of a value. A gradient passes some 10 roundings in each of 3 layers on its way there and back;
        // were all of them to add up, it would be off by 2 · 3 · 10 · 2⁻⁹ of its norm.
        Assert.IsLessThan(60 * Math.ScaleB(1, -9) * Norm(expected), difference);
        Assert.AreNotEqual(0.0, difference, "Both computed in the same precision.");
    }

    [TestMethod]
    public void Gradients_InFloat32AreThePlainNetworks()
    {
        float[] expected = PlainGradients();
        float[] actual = Gradients(Precision.Float32);

        for (int i = 0; i < expected.Length; i++)
        {
            Assert.AreEqual(expected[i], actual[i], 1e-6f); // norm one; the clipping divides in another order
        }
    }

    [TestMethod]
    public void Refresh_RoundsTheMasterWeightsToBFloat16()
    {
        using var network = new MixedPrecisionNetwork(ViT.Of(Config), seed: 1, Precision.BFloat16);
        using var scope = NewDisposeScope();
        var images = Images();
        float[] before = network.Forward(images).data<float>().ToArray();
        using (no_grad())
        {
            foreach (var parameter in network.Master.Module.parameters())
            {
                parameter.zero_();
            }
        }

        float[] stale = network.Forward(images).data<float>().ToArray();
        network.Refresh();
        float[] fresh = network.Forward(images).data<float>().ToArray();

        CollectionAssert.AreEqual(before, stale);
        CollectionAssert.AreEqual(new float[fresh.Length], fresh); // a network of zeros says zero
    }

    /// <summary>All gradients one after another, clipped to norm one as the optimiser gets them.</summary>
    private static float[] Gradients(Precision precision)
    {
        using var network = new MixedPrecisionNetwork(ViT.Of(Config), seed: 1, precision);
        using var scope = NewDisposeScope();
        Loss(network.Forward(Images())).backward();
        network.MoveGradients();
        return Concatenated(network.Master);
    }

    /// <summary>The gradients of the network itself, without the class under test, scaled to norm one where they exceed it.</summary>
    private static float[] PlainGradients()
    {
        using var network = new TorchNetwork(ViT.Of(Config), seed: 1);
        using var scope = NewDisposeScope();
        Loss(network.Forward(Images())).backward();
        float[] gradients = Concatenated(network);
        double norm = Math.Max(1, Norm(gradients));
        return [.. gradients.Select(value => (float)(value / norm))];
    }

    private static Tensor Loss(Tensor logits) =>
        nn.functional.cross_entropy(logits, tensor([0L, 1L, 2L, 3L, 4L, 5L, 6L, 7L]));

    private static float[] Concatenated(TorchNetwork network) =>
        [.. network.Module.parameters().SelectMany(parameter => parameter.grad!.data<float>().ToArray())];

    private static Tensor Images()
    {
        using var generator = new Generator(3, CPU);
        return randn(8, 1, 28, 28, generator: generator);
    }

    private static double Norm(float[] values) => Math.Sqrt(values.Sum(value => (double)value * value));
}
