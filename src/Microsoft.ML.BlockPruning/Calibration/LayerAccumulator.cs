using Microsoft.ML.BlockPruning.Torch;
using static TorchSharp.torch;

namespace Microsoft.ML.BlockPruning.Calibration;

/// <summary>Sums the second moments of one prunable layer over batches: float32 products, float64 sums.</summary>
/// <remarks>Its tensors belong to the dispose scope that is open when it is created.</remarks>
internal sealed class LayerAccumulator : ILayerObserver
{
    private readonly PrunableLayer _layer;
    private readonly Tensor[] _inputs;
    private readonly Tensor _gradients;
    private readonly TokenEnergies _energies;
    private long _images;

    public LayerAccumulator(PrunableLayer layer, int totalTokens)
    {
        _layer = layer;
        int width = layer.Weights.InFeatures + 1;
        int height = layer.Blocks.Shape.Height;
        _inputs = [.. layer.Groups.Select(_ => TorchDevice.Put(zeros(width, width, float64)))];
        _gradients = TorchDevice.Put(zeros(layer.Blocks.BlockRows, height, height, float64));
        _energies = new TokenEnergies(layer, totalTokens);
    }

    /// <inheritdoc/>
    /// <exception cref="ArithmeticException">A gradient is not finite.</exception>
    public void Add(Tensor input, Tensor gradient)
    {
        using var scope = NewDisposeScope();
        var x = WithBias(input.flatten(0, 1));
        var d = gradient.flatten(0, 1);
        var energies = _energies.AddBatch(d);
        for (int g = 0; g < _inputs.Length; g++)
        {
            _inputs[g].Accumulate(x.t().mm(x * energies[g].unsqueeze(1)));
        }

        AddGradients(d);
        _images += input.shape[0];
    }

    /// <summary>The statistics of all batches, once; the tensors stay with this accumulator's dispose scope.</summary>
    public LayerStatistics Finish()
    {
        using var scope = NewDisposeScope();
        _gradients.Scale(1.0 / _images);
        for (int g = 0; g < _inputs.Length; g++)
        {
            double energy = _energies.TotalOf(g);
            if (energy > 0)
            {
                // float32 products differ in the last bit between the triangles.
                _inputs[g].copy_(_inputs[g].Plus(_inputs[g].t()).Times(1 / (2 * energy)));
            }
        }

        return new LayerStatistics(_inputs, _gradients, _energies.ToWeights());
    }

    /// <summary>[tokens, features] → [tokens, features + 1]: a column of ones, so that the bias is one more weight.</summary>
    internal static Tensor WithBias(Tensor x) => nn.functional.pad(x, (0, 1), value: 1);

    private void AddGradients(Tensor d)
    {
        long strips = _layer.Blocks.BlockRows;
        long height = _layer.Blocks.Shape.Height;
        long missing = (strips * height) - d.shape[1];
        if (missing > 0)
        {
            d = nn.functional.pad(d, (0, missing));
        }

        var byStrip = d.view(-1, strips, height).permute(1, 0, 2).contiguous();
        _gradients.Accumulate(byStrip.transpose(1, 2).bmm(byStrip));
    }
}
