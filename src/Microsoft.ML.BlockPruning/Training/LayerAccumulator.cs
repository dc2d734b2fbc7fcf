using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace Microsoft.ML.BlockPruning.Training;

/// <summary>Sums the second moments of one prunable layer over batches: float32 products, float64 sums.</summary>
/// <remarks>Its tensors belong to the dispose scope that is open when it is created.</remarks>
internal sealed class LayerAccumulator
{
    private readonly PrunableLayer _layer;
    private readonly Tensor[] _inputs;
    private readonly Tensor _gradients;
    private readonly float[][] _energies;
    private int _tokens;

    public LayerAccumulator(PrunableLayer layer, int totalTokens)
    {
        _layer = layer;
        int width = layer.Weights.InFeatures + 1;
        int height = layer.Blocks.Shape.Height;
        _inputs = [.. layer.Groups.Select(_ => zeros(width, width, float64))];
        _gradients = zeros(layer.Blocks.BlockRows, height, height, float64);
        _energies = [.. layer.Groups.Select(_ => new float[totalTokens])];
    }

    /// <summary>Adds one batch.</summary>
    /// <param name="input">[images, tokens, in] float32.</param>
    /// <param name="gradient">[images, tokens, out] float32: derivative of the summed loss by the layer's output.</param>
    /// <exception cref="ArithmeticException">A gradient is not finite.</exception>
    public void Add(Tensor input, Tensor gradient)
    {
        using var scope = NewDisposeScope();
        var x = WithBias(input.flatten(0, 1));
        var d = gradient.flatten(0, 1);
        int count = (int)x.shape[0];
        for (int g = 0; g < _inputs.Length; g++)
        {
            var group = _layer.Groups[g];
            var part = d.narrow(1, group.FirstRow, group.Rows);
            var energy = part.mul(part).sum(1);
            var target = _energies[g].AsSpan(_tokens, count);
            MemoryMarshal.Cast<byte, float>(energy.bytes).CopyTo(target);
            if (!float.IsFinite(energy.sum().item<float>()))
            {
                throw new ArithmeticException($"The loss gradient at the output of '{_layer.Name}' is not finite.");
            }

            _inputs[g].Accumulate(x.t().mm(x * energy.unsqueeze(1)));
        }

        AddGradients(d);
        _tokens += count;
    }

    /// <summary>The statistics of all batches; the tensors stay with this accumulator's dispose scope.</summary>
    /// <param name="images">Number of images added.</param>
    public LayerStatistics Finish(int images)
    {
        using var scope = NewDisposeScope();
        _gradients.Scale(1.0 / images);
        for (int g = 0; g < _inputs.Length; g++)
        {
            double energy = _energies[g].Sum(e => (double)e);
            if (energy > 0)
            {
                // float32 products differ in the last bit between the triangles.
                _inputs[g].copy_(_inputs[g].Plus(_inputs[g].t()).Times(1 / (2 * energy)));
                double scale = _energies[g].Length / energy;
                _energies[g] = [.. _energies[g].Select(e => (float)(e * scale))];
            }
            else
            {
                // No gradient arrives, so removing the group costs nothing and any token weights do; ones keep the refit well posed.
                Array.Fill(_energies[g], 1f);
            }
        }

        return new LayerStatistics(_inputs, _gradients, _energies);
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
