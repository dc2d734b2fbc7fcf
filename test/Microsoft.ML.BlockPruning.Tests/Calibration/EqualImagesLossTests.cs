using Microsoft.ML.BlockPruning.Calibration;
using Microsoft.ML.BlockPruning.Tests.Torch;
using Microsoft.ML.BlockPruning.Torch;
using static TorchSharp.torch;

namespace Microsoft.ML.BlockPruning.Tests.Calibration;

[TestClass]
public sealed class EqualImagesLossTests
{
    private TensorLeakGuard _guard = null!;

    [TestInitialize]
    public void StartGuard()
    {
        LibTorch.EnsureLoaded();
        _guard = TensorLeakGuard.Start();
    }

    [TestCleanup]
    public void CheckGuard() => _guard.AssertNothingLeaked();

    /// <summary>(p − onehot) / |p − onehot| by the formulas in double, for labels that surprise and labels that do not.</summary>
    [TestMethod]
    [DataRow(0)]
    [DataRow(2)]
    public void Of_GivesTheLikelihoodsGradientToLengthOne(int label)
    {
        float[] logits = [1.5f, -0.25f, 0.75f];

        double[] actual = GradientOf(logits, label);

        double[] p = [.. logits.Select(logit => Math.Exp(logit) / logits.Sum(other => Math.Exp(other)))];
        p[label] -= 1;
        double length = Math.Sqrt(p.Sum(value => value * value));
        for (int c = 0; c < p.Length; c++)
        {
            Assert.AreEqual(p[c] / length, actual[c], 1e-6, $"class {c}");
        }
    }

    /// <summary>p[y] is one in float32, and the direction still there: −1 and +1, over √2.</summary>
    [TestMethod]
    public void Of_AnImageThatIsCertainInFloat32HasADirection()
    {
        double[] actual = GradientOf([0, 60, -500], label: 1);

        Assert.AreEqual(Math.Sqrt(0.5), actual[0], 1e-6);
        Assert.AreEqual(-Math.Sqrt(0.5), actual[1], 1e-6);
        Assert.AreEqual(0, actual[2], 1e-6);
    }

    [TestMethod]
    public void Of_AnImageThatIsCertainInFloat64GivesNoGradient() =>
        CollectionAssert.AreEqual(new double[3], GradientOf([0, 2000, -2000], label: 1));

    private static double[] GradientOf(float[] logits, int label)
    {
        using var scope = NewDisposeScope();
        using var on = enable_grad();
        using var generator = new Generator(1, CPU);
        var leaf = tensor(logits).reshape(1, logits.Length).requires_grad_();
        var loss = new EqualImagesLoss([label]).Of(leaf, 0, generator);
        return [.. TorchDevice.Read<float>(autograd.grad([loss], [leaf])[0]).Select(value => (double)value)];
    }
}
