using Microsoft.ML.BlockPruning.Sparsity;

namespace Microsoft.ML.BlockPruning.Benchmarks.Kernels;

/// <summary>Random x, W, b of one layer's shape. For speed only: random weights say nothing of accuracy.</summary>
internal sealed class LinearProblem
{
    private readonly LayerShape _shape;

    public LinearProblem(LayerShape shape, int batch)
    {
        _shape = shape;
        Batch = batch;
        X = Uniform(1, Rows * shape.InFeatures);
        Weight = Uniform(2, shape.OutFeatures * shape.InFeatures);
        Bias = Uniform(3, shape.OutFeatures);
    }

    public int Batch { get; }

    public int Rows => Batch * LayerShape.Tokens;

    public int InFeatures => _shape.InFeatures;

    public int OutFeatures => _shape.OutFeatures;

    /// <summary>[rows, inFeatures].</summary>
    public float[] X { get; }

    /// <summary>[outFeatures, inFeatures].</summary>
    public float[] Weight { get; }

    /// <summary>[outFeatures].</summary>
    public float[] Bias { get; }

    /// <summary>Keeps a random share of the blocks, the same number for the same sparsity.</summary>
    public BlockMask Mask(BlockShape block, double sparsity) => RandomMask.Create(OutFeatures, InFeatures, block, sparsity, seed: 4);

    private static float[] Uniform(int seed, int count)
    {
        var random = new Random(seed);
        float[] values = new float[count];
        for (int i = 0; i < count; i++)
        {
            values[i] = (random.NextSingle() - 0.5f) * 0.2f;
        }

        return values;
    }
}
