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

    public LayerAccumulator(PrunableLayer layer, int images)
    {
        _layer = layer;
        int width = layer.Weights.InFeatures + 1;
        int height = layer.Blocks.Shape.Height;
        _inputs = [.. layer.Groups.Select(_ => TorchDevice.Put(zeros(width, width, float64)))];
        _gradients = TorchDevice.Put(zeros(layer.Blocks.BlockRows, height, height, float64));
        _energies = new TokenEnergies(layer, images);
    }

    /// <inheritdoc/>
    /// <exception cref="ArithmeticException">A gradient is not finite.</exception>
    public void Add(Tensor input, Tensor gradient)
    {
        using var scope = NewDisposeScope();
        var x = input.flatten(0, 1).WithBias();
        var d = gradient.flatten(0, 1);
        var energies = _energies.AddBatch(d);
        for (int g = 0; g < _inputs.Length; g++)
        {
            SecondMoments.Accumulate(_inputs[g], x, x * energies[g].unsqueeze(1));
        }

        AddGradients(d);
        _images += input.shape[0];
    }

    /// <summary>The statistics of all batches, once; the tensors stay with this accumulator's dispose scope.</summary>
    public LayerStatistics Finish() => Statistics(_layer, _inputs, _gradients, _energies.Added, _images);

    /// <summary>What was added so far, as plain numbers.</summary>
    public LayerSums ToSums()
    {
        Array.ForEach(_inputs, SecondMoments.Mirror);
        return new LayerSums(
            [.. _inputs.Select(TorchDevice.Read<double>)], TorchDevice.Read<double>(_gradients),
            [.. _energies.Added.Select(energies => (float[])energies.Clone())], _images);
    }

    /// <summary>The statistics of sums that were added elsewhere.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="sums">Over all calibration images.</param>
    /// <returns>The statistics; the tensors belong to the dispose scope that is open.</returns>
    public static LayerStatistics Of(PrunableLayer layer, LayerSums sums)
    {
        long width = layer.Weights.InFeatures + 1, height = layer.Blocks.Shape.Height;
        using var scope = NewDisposeScope();
        Tensor[] inputs = [.. sums.Inputs.Select(sum => TorchDevice.Put(tensor(sum).reshape(width, width)))];
        var gradients = TorchDevice.Put(tensor(sums.Gradients).reshape(layer.Blocks.BlockRows, height, height));
        var statistics = Statistics(layer, inputs, gradients, sums.Energies, sums.Images);
        scope.MoveToOuter([.. inputs, gradients]);
        return statistics;
    }

    private static LayerStatistics Statistics(
        PrunableLayer layer, Tensor[] inputs, Tensor gradients, IReadOnlyList<float[]> energies, long images)
    {
        using var scope = NewDisposeScope();
        SecondMoments.CheckFinite(gradients, layer.Name);
        gradients.Scale(1.0 / images);
        for (int g = 0; g < inputs.Length; g++)
        {
            double energy = TokenEnergies.TotalOf(energies[g]);
            SecondMoments.Mirror(inputs[g]);
            SecondMoments.CheckFinite(inputs[g], layer.Name);
            inputs[g].Scale(energy > 0 ? 1 / energy : 1);
        }

        return new LayerStatistics(
            inputs, gradients, TokenEnergies.WeightsOf(energies, layer.Tokens), TokenEnergies.EffectiveImages(energies, layer.Tokens));
    }

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
