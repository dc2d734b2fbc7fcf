using Microsoft.ML.BlockPruning.Pruning.GateGradients;
using Microsoft.ML.BlockPruning.Sparsity;
using Microsoft.ML.BlockPruning.Tests.Torch;

namespace Microsoft.ML.BlockPruning.Tests.Pruning.GateGradients;

[TestClass]
public sealed class MfacTests
{
    private TensorLeakGuard _guard = null!;

    [TestInitialize]
    public void StartGuard() => _guard = TensorLeakGuard.Start();

    [TestCleanup]
    public void CheckGuard() => _guard.AssertNothingLeaked();

    [TestMethod]
    [DataRow(40, 0.1)]
    [DataRow(6, 0.1)] // fewer images than gates
    [DataRow(40, 1e-4)]
    [DataRow(1, 2.0)]
    public void Inverse_IsTheDenseInverse(int images, double damping)
    {
        var layers = GateToys.TwoLayers(images, seed: 1);
        double[,] expected = DenseInverse(layers, damping);

        var inverse = new MfacInverse(layers, damping);

        double[] diagonal = [.. inverse.Diagonal().SelectMany(values => values)];
        double[] column = [.. inverse.Column(1, 2).SelectMany(values => values)]; // gate 4 + 2
        double scale = Enumerable.Range(0, 10).Max(k => expected[k, k]);
        for (int k = 0; k < 10; k++)
        {
            Assert.AreEqual(expected[k, k], diagonal[k], 1e-9 * scale, $"diagonal {k}");
            Assert.AreEqual(expected[k, 6], column[k], 1e-9 * scale, $"column {k}");
        }
    }

    [TestMethod]
    public void Saliency_IsTheLossAfterTheBestCompensation()
    {
        var layers = GateToys.TwoLayers(30, seed: 2);
        double[,] fisher = DenseFisher(layers, 0.05);

        var inverse = new MfacInverse(layers, 0.05);
        var importances = MfacSaliency.Rate(inverse);
        double[] column = [.. inverse.Column(0, 3).SelectMany(values => values)]; // gate 3: row 1, column 1
        double[] move = [.. column.Select(value => -value / column[3])];

        // ½ δᵀ F δ at the move; its gradient is zero in all gates but the closed one, so no move does better.
        double[] gradient = [.. Enumerable.Range(0, 10).Select(i => Enumerable.Range(0, 10).Sum(j => fisher[i, j] * move[j]))];
        Assert.AreEqual(-1.0, move[3], 1e-12);
        for (int k = 0; k < 10; k++)
        {
            Assert.IsTrue(k == 3 || Math.Abs(gradient[k]) < 1e-9, $"gradient {gradient[k]} in gate {k}");
        }

        Assert.AreEqual(0.5 * gradient.Zip(move, (g, m) => g * m).Sum(), importances[0][1, 1], 1e-9);
        Assert.IsLessThan(fisher[3, 3] / 2, importances[0][1, 1], "others stand in for it");
    }

    [TestMethod]
    public void Diagonal_HoldsItsBoundWhereTheDampingIsNearlyNothing()
    {
        // One gate and one image: [F⁻¹] = 1 / (s² + λ), where 1 − ‖L⁻¹ s‖² has lost all its digits.
        var layer = new LayerGateGradients("a", new BlockMask(1, 1, new BlockShape(1, 1)), [1e4f]);

        double diagonal = new MfacInverse([layer], 1e-10).Diagonal()[0][0];

        Assert.IsGreaterThanOrEqualTo(1 / (1e8 + 1e-10), diagonal);
    }

    [TestMethod]
    public void Inverse_RefusesWhatItCannotInvert()
    {
        var layers = GateToys.TwoLayers(4, seed: 1);
        var blocks = new BlockMask(4, 4, new BlockShape(2, 2));

        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new MfacInverse(layers, 0));
        Assert.ThrowsExactly<ArgumentException>(() => new MfacInverse([layers[0], GateToys.TwoLayers(5, seed: 1)[1]], 1));
        Assert.ThrowsExactly<ArgumentException>(() => new MfacInverse([], 1));
        Assert.ThrowsExactly<ArgumentException>(() => new LayerGateGradients("a", blocks, new float[7]));
        Assert.ThrowsExactly<ArgumentException>(() => new LayerGateGradients("a", blocks, [0, 0, float.NaN, 0]));
        Assert.ThrowsExactly<ArgumentException>(() => MfacInverse.DampingOf([new LayerGateGradients("a", blocks, new float[4])], 0.1));
    }

    [TestMethod]
    public void DampingOf_IsAFractionOfTheMeanDiagonal()
    {
        var layers = GateToys.TwoLayers(7, seed: 3);
        double[,] fisher = DenseFisher(layers, damping: 0);

        Assert.AreEqual(0.01 * Enumerable.Range(0, 10).Average(k => fisher[k, k]), MfacInverse.DampingOf(layers, 0.01), 1e-12);
    }

    private static double[,] DenseFisher(IReadOnlyList<LayerGateGradients> layers, double damping)
    {
        double[,] s = GateToys.Matrix(layers);
        double[,] outer = NaiveMatrix.Multiply(NaiveMatrix.Transpose(s), s);
        return NaiveMatrix.Fill(10, 10, (i, j) => (outer[i, j] / s.GetLength(0)) + (i == j ? damping : 0));
    }

    private static double[,] DenseInverse(IReadOnlyList<LayerGateGradients> layers, double damping) =>
        NaiveMatrix.Solve(DenseFisher(layers, damping), NaiveMatrix.Fill(10, 10, (i, j) => i == j ? 1 : 0));
}
