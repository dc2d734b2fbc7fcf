using Microsoft.ML.BlockPruning.Pruning.GateGradients;
using Microsoft.ML.BlockPruning.Sparsity;

namespace Microsoft.ML.BlockPruning.Tests.Pruning.GateGradients;

/// <summary>Gate gradients of two small layers, correlated within and across them.</summary>
internal static class GateToys
{
    /// <summary>2 x 2 blocks and 2 x 3 blocks; each gate mixes a few common causes with its own noise.</summary>
    public static LayerGateGradients[] TwoLayers(int images, int seed, int causes = 3, double noise = 0.3)
    {
        var random = new Random(seed);
        double[,] loadings = NaiveMatrix.Fill(10, causes, (_, _) => Gaussian(random));
        double[,] common = NaiveMatrix.Fill(causes, images, (_, _) => Gaussian(random));
        float[] a = new float[images * 4];
        float[] b = new float[images * 6];
        for (int n = 0; n < images; n++)
        {
            for (int k = 0; k < 10; k++)
            {
                double value = Enumerable.Range(0, causes).Sum(cause => loadings[k, cause] * common[cause, n]) + (noise * Gaussian(random));
                (k < 4 ? a : b)[k < 4 ? (n * 4) + k : (n * 6) + k - 4] = (float)value;
            }
        }

        return
        [
            new LayerGateGradients("a", new BlockMask(4, 4, new BlockShape(2, 2)), a),
            new LayerGateGradients("b", new BlockMask(4, 6, new BlockShape(2, 2)), b),
        ];
    }

    /// <summary>[images, gates] of all layers.</summary>
    public static double[,] Matrix(IReadOnlyList<LayerGateGradients> layers) =>
        NaiveMatrix.Fill(layers[0].Images, layers.Sum(layer => layer.Blocks.TotalBlocks), (n, gate) =>
        {
            foreach (var layer in layers)
            {
                if (gate < layer.Blocks.TotalBlocks)
                {
                    return layer.Values[(n * layer.Blocks.TotalBlocks) + gate];
                }

                gate -= layer.Blocks.TotalBlocks;
            }

            throw new ArgumentOutOfRangeException(nameof(gate));
        });

    /// <summary>Whether each gate's block is removed, in the order of <see cref="Matrix"/>.</summary>
    public static bool[] Removed(IReadOnlyList<LayerGateGradients> layers, SparsityPlan plan) =>
    [
        .. layers.SelectMany(layer => Enumerable.Range(0, layer.Blocks.TotalBlocks).Select(
            block => !plan[layer.LayerName]![block / layer.Blocks.BlockColumns, block % layer.Blocks.BlockColumns])),
    ];

    /// <summary>½ mean over some rows of (Σ over removed gates)².</summary>
    public static double Divergence(double[,] gradients, bool[] removed, Func<int, bool> takes) =>
        Enumerable.Range(0, gradients.GetLength(0)).Where(takes).Average(
            n => 0.5 * Math.Pow(Enumerable.Range(0, removed.Length).Sum(k => removed[k] ? gradients[n, k] : 0), 2));

    private static double Gaussian(Random random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
