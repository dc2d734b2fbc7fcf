using System.Numerics.Tensors;

namespace Microsoft.ML.BlockPruning.Pruning.GateGradients;

/// <summary>Gate gradients of all layers by gate: s_k over some of the images, contiguous.</summary>
internal sealed class GateColumns
{
    private readonly float[] _values; // [gates, images]
    private readonly double[] _squares;

    /// <summary>Gathers.</summary>
    /// <param name="layers">All layers; gates are numbered through them in order, row-major within a layer.</param>
    /// <param name="images">The images to take.</param>
    public GateColumns(IReadOnlyList<LayerGateGradients> layers, int[] images)
    {
        Images = images.Length;
        long gates = layers.Sum(layer => (long)layer.Blocks.TotalBlocks);
        if (gates * Images > Array.MaxLength)
        {
            throw new ArgumentException(
                $"{gates} blocks on {Images} images have more gate gradients than one array holds ({Array.MaxLength}): "
                + "take larger blocks or fewer images.",
                nameof(images));
        }

        Gates = (int)gates;
        _values = new float[Gates * Images];
        int first = 0;
        foreach (var layer in layers)
        {
            int blocks = layer.Blocks.TotalBlocks;
            for (int n = 0; n < Images; n++)
            {
                var row = layer.Values.AsSpan(images[n] * blocks, blocks);
                for (int k = 0; k < blocks; k++)
                {
                    _values[((first + k) * Images) + n] = row[k];
                }
            }

            first += blocks;
        }

        _squares = [.. Enumerable.Range(0, Gates).Select(gate => Dot(gate, gate))];
    }

    public int Images { get; }

    public int Gates { get; }

    /// <summary>s_k.</summary>
    public ReadOnlySpan<float> this[int gate] => _values.AsSpan(gate * Images, Images);

    /// <summary>‖s_k‖².</summary>
    public double Square(int gate) => _squares[gate];

    /// <summary>s_aᵀ s_b.</summary>
    public double Dot(int a, int b) => TensorPrimitives.Dot(this[a], this[b]);

    /// <summary>s_kᵀ u of one gate, in float64.</summary>
    public double Dot(int gate, double[] sum)
    {
        var column = this[gate];
        double dot = 0;
        for (int n = 0; n < column.Length; n++)
        {
            dot += column[n] * sum[n];
        }

        return dot;
    }

    /// <summary>s_kᵀ u of all gates, in float32: good for an order, not for a decision.</summary>
    public double[] Dots(double[] sum)
    {
        float[] rounded = [.. sum.Select(value => (float)value)];
        double[] dots = new double[Gates];
        Parallel.For(0, Gates, gate => dots[gate] = TensorPrimitives.Dot(this[gate], rounded));
        return dots;
    }

    /// <summary>u ← u + sign · s_k.</summary>
    public void AddTo(double[] sum, int gate, int sign)
    {
        var column = this[gate];
        for (int n = 0; n < column.Length; n++)
        {
            sum[n] += sign * column[n];
        }
    }

    /// <summary>Predicted KL divergence, nats per image, of closing some gates: ½ ‖Σ s_k‖² / images.</summary>
    public double Divergence(IEnumerable<int> closed)
    {
        double[] sum = new double[Images];
        foreach (int gate in closed)
        {
            AddTo(sum, gate, 1);
        }

        return sum.Sum(value => value * value) / (2.0 * Images);
    }
}
