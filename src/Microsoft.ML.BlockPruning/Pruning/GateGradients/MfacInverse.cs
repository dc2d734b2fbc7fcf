using System.Globalization;
using Microsoft.ML.BlockPruning.Torch;
using static TorchSharp.torch;

namespace Microsoft.ML.BlockPruning.Pruning.GateGradients;

/// <summary>The inverse of the damped Fisher of all gates of a network, which is never formed.</summary>
/// <remarks>
/// <para>
/// F = (1/N) Σ_n s_n s_nᵀ + λ I over M gates and N images. With S [N, M], Woodbury's identity gives
/// <code>
/// F⁻¹ = (1/λ) [ I − Sᵀ K⁻¹ S ],   K = N λ I + S Sᵀ = L Lᵀ  [N, N]
/// </code>
/// so [F⁻¹]_kk = (1 − ‖L⁻¹ s_k‖²) / λ, which is at least 1 / F_kk; rounding is held to that bound.
/// </para>
/// <para>
/// Source: M-FAC (Frantar, Kurtic and Alistarh, NeurIPS 2021), whose recursion over images builds the same matrix. Cost: N² M + N³ / 3
/// multiply-adds for the factor, as many for the diagonal, N M for a column; N² numbers and one layer of S in float64.
/// </para>
/// </remarks>
internal sealed class MfacInverse
{
    private readonly double[] _factor; // L, [images, images]
    private readonly double _damping;

    /// <summary>Factors K.</summary>
    /// <param name="layers">Gate gradients of all prunable layers, of the same images; not copied.</param>
    /// <param name="damping">λ, in the unit of s²; positive. <see cref="DampingOf"/> gives one.</param>
    /// <exception cref="ArgumentException">The layers are of different images.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The damping is not positive.</exception>
    public MfacInverse(IReadOnlyList<LayerGateGradients> layers, double damping)
    {
        Images = LayerGateGradients.ImagesOf(layers);
        if (!(damping > 0 && double.IsFinite(damping)))
        {
            throw new ArgumentOutOfRangeException(
                nameof(damping), damping, string.Create(CultureInfo.InvariantCulture, $"The damping must be positive; found {damping}."));
        }

        LibTorch.EnsureLoaded();
        Layers = layers;
        _damping = damping;
        using var scope = NewDisposeScope();
        var gram = TorchDevice.Put(zeros(Images, Images, float64));
        gram.diagonal().Accumulate(Images * damping);
        foreach (var layer in layers)
        {
            using var step = NewDisposeScope();
            var rows = RowsOf(layer);
            gram.Accumulate(rows.mm(rows.t()));
        }

        _factor = ToArray(linalg.cholesky(gram));
    }

    public IReadOnlyList<LayerGateGradients> Layers { get; }

    public int Images { get; }

    /// <summary>A damping relative to the Fisher: a fraction of its mean diagonal.</summary>
    /// <exception cref="ArgumentException">All gate gradients are zero.</exception>
    public static double DampingOf(IReadOnlyList<LayerGateGradients> layers, double fraction)
    {
        double mean = layers.SelectMany(layer => layer.MeanSquares()).Average();
        return mean > 0 ? fraction * mean : throw new ArgumentException("All gate gradients are zero.", nameof(layers));
    }

    /// <summary>[F⁻¹]_kk of all gates: one array [blocks] per layer, row-major.</summary>
    public IReadOnlyList<double[]> Diagonal()
    {
        using var scope = NewDisposeScope();
        var factor = TorchDevice.Put(tensor(_factor, float64)).reshape(Images, Images);
        return [.. Layers.Select(layer => DiagonalOf(layer, factor))];
    }

    /// <summary>F⁻¹ e_k: one array [blocks] per layer.</summary>
    /// <param name="layer">Index of gate k's layer.</param>
    /// <param name="block">Row-major index of gate k in the layer's grid.</param>
    public IReadOnlyList<double[]> Column(int layer, int block)
    {
        using var scope = NewDisposeScope();
        var factor = TorchDevice.Put(tensor(_factor, float64)).reshape(Images, Images);
        var solved = cholesky_solve(RowsOf(Layers[layer]).narrow(1, block, 1).contiguous(), factor);
        double[][] column = [.. Layers.Select(other => ColumnOf(other, solved))];
        column[layer][block] += 1 / _damping;
        return column;
    }

    private double[] DiagonalOf(LayerGateGradients layer, Tensor factor)
    {
        using var scope = NewDisposeScope();
        var whitened = linalg.solve_triangular(factor, RowsOf(layer), upper: false);
        double[] squares = ToArray(whitened.mul(whitened).sum(dim: 0L));
        double[] fisher = layer.MeanSquares();
        return [.. squares.Zip(fisher, (square, f) => Math.Max((1 - square) / _damping, 1 / (f + _damping)))];
    }

    private double[] ColumnOf(LayerGateGradients layer, Tensor solved)
    {
        using var scope = NewDisposeScope();
        return ToArray(RowsOf(layer).t().mm(solved).Times(-1 / _damping));
    }

    // [images, blocks] float64
    private Tensor RowsOf(LayerGateGradients layer) =>
        TorchDevice.Put(tensor(layer.Values, float32)).reshape(Images, layer.Blocks.TotalBlocks).to(float64);

    private static double[] ToArray(Tensor values) => TorchDevice.Read<double>(values);
}
