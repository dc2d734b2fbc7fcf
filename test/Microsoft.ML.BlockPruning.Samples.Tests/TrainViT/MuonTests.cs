using global::TrainViT;
using Microsoft.ML.BlockPruning.Torch;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.BlockPruning.Samples.Tests.TrainViT;

[TestClass]
public sealed class MuonTests
{
    private const double WeightDecay = 0.05;

    [ClassInitialize]
    public static void LoadLibTorch(TestContext context) => LibTorch.EnsureLoaded();

    /// <summary>Of known singular vectors and singular values from 1/32 to 1: the vectors stay, the values come near to one.</summary>
    [TestMethod]
    [DataRow(12, 12)]
    [DataRow(8, 32)]
    [DataRow(32, 8)]
    public void Orthogonal_KeepsTheSingularVectors(int rows, int columns)
    {
        using var scope = NewDisposeScope();
        int size = Math.Min(rows, columns);
        var (u, _, vh) = linalg.svd(Random(7, rows, columns).to(float64), fullMatrices: false);
        var values = tensor([.. Enumerable.Range(0, size).Select(i => Math.ScaleB(1, -5) * Math.Pow(32, i / (size - 1.0)))]);

        var result = MuonGroup.Orthogonal((u * values).matmul(vh).unsqueeze(0))[0];

        double[] inItsBasis = u.T.matmul(result).matmul(vh.T).contiguous().data<double>().ToArray();
        for (int i = 0; i < inItsBasis.Length; i++)
        {
            if (i % (size + 1) == 0)
            {
                Assert.IsInRange(0.68, 1.21, inItsBasis[i]);
            }
            else
            {
                Assert.AreEqual(0, inItsBasis[i], 1e-10);
            }
        }
    }

    /// <summary>Two steps of three square matrices in one weight and of a wide one, against the formulas in double.</summary>
    [TestMethod]
    public void Step_FollowsTheFormulasMatrixByMatrix()
    {
        using var scope = NewDisposeScope();
        var qkv = new Parameter(Random(1, 24, 8));
        var fc2 = new Parameter(Random(2, 8, 20));
        Tensor[] gradients = [Random(3, 24, 8), Random(4, 8, 20), Random(5, 24, 8), Random(6, 8, 20)];
        double[][] expected =
        [
            .. Enumerable.Range(0, 3).Select(i => Stepped(qkv.narrow(0, 8 * i, 8), [.. Narrow(gradients[0], gradients[2], i)])),
            Stepped(fc2, [gradients[1], gradients[3]]),
        ];
        using var muon = new Muon([(qkv, 3), (fc2, 1)], WeightDecay, float32);

        for (int step = 0; step < 2; step++)
        {
            qkv.grad = gradients[2 * step];
            fc2.grad = gradients[(2 * step) + 1];
            muon.Step(Rate(step));
        }

        double[] actual = [.. qkv.data<float>().Select(v => (double)v), .. fc2.data<float>().Select(v => (double)v)];
        double[] all = [.. expected.SelectMany(values => values)];
        for (int i = 0; i < all.Length; i++)
        {
            Assert.AreEqual(all[i], actual[i], 1e-5);
        }
    }

    private static IEnumerable<Tensor> Narrow(Tensor first, Tensor second, int index) =>
        [first.narrow(0, 8 * index, 8), second.narrow(0, 8 * index, 8)];

    private static double Rate(int step) => 0.1 / (step + 1);

    /// <summary>What the weight [rows, columns] is after a step for each gradient.</summary>
    private static double[] Stepped(Tensor weight, Tensor[] gradients)
    {
        var w = weight.detach().to(float64);
        var momentum = zeros_like(w);
        for (int step = 0; step < gradients.Length; step++)
        {
            var g = gradients[step].to(float64);
            momentum = (momentum * 0.95) + g;
            var x = g + (momentum * 0.95);
            x = x / linalg.norm(x);
            for (int i = 0; i < 5; i++)
            {
                // a x + b (x xᵀ) x + c (x xᵀ)² x, as the post has it
                var a = x.matmul(x.T);
                x = (3.4445 * x) - (4.7750 * a.matmul(x)) + (2.0315 * a.matmul(a.matmul(x)));
            }

            double scale = 0.2 * Math.Sqrt(Math.Max(w.shape[0], w.shape[1]));
            w = (w * (1 - (Rate(step) * WeightDecay))) - (Rate(step) * scale * x);
        }

        return w.contiguous().data<double>().ToArray();
    }

    private static Tensor Random(ulong seed, params long[] shape)
    {
        using var generator = new Generator(seed, CPU);
        return randn(shape, generator: generator);
    }
}
