using Microsoft.ML.BlockPruning.Torch;
using static TorchSharp.torch;

namespace Microsoft.ML.BlockPruning.Calibration.Observers;

/// <summary>
/// Computes s[n, k] = ⟨G_n[R, C], W[R, C]⟩ of every image n and block k = (R, C): the derivative of image n's loss by a factor (gate) on
/// the block, without any image's weight gradient G_n.
/// </summary>
/// <remarks>
/// s[n, k] = Σ_t Σ_{a ∈ R} d[n, t, a] (W[R, C] x[n, t, C])_a: for each column strip the layer's output by that strip alone, times d, summed
/// over tokens and over the rows of each row strip. All strips together take in · out multiply-adds per token, as one forward pass of the
/// layer, and tokens · out float32 of one batch at a time. Σ_k s[n, k] = ⟨G_n, W⟩. Tensors belong to the dispose scope that is open at
/// creation.
/// </remarks>
internal abstract class GateObserver : ILayerObserver
{
    private readonly PrunableLayer _layer;
    private readonly Tensor _weight;

    protected GateObserver(PrunableLayer layer)
    {
        _layer = layer;
        _weight = TorchDevice.Put(tensor(layer.Weights.Weight)).reshape(layer.Weights.OutFeatures, layer.Weights.InFeatures);
    }

    public void Add(Tensor input, Tensor gradient)
    {
        using var scope = NewDisposeScope();
        var blocks = _layer.Blocks;
        var strips = new Tensor[blocks.BlockColumns];
        for (int column = 0; column < strips.Length; column++)
        {
            using var stripScope = NewDisposeScope();
            int first = column * blocks.Shape.Width;
            int width = blocks.WidthOf(column);
            var output = input.narrow(2, first, width).matmul(_weight.narrow(1, first, width).t());
            strips[column] = SumRows(output.mul_(gradient).sum(1)).MoveToOuterDisposeScope();
        }

        AddGates(stack(strips, 2).flatten(1, 2));
    }

    /// <summary>Takes one batch.</summary>
    /// <param name="gates">[images, blocks] float32, blocks row-major; valid during the call only.</param>
    protected abstract void AddGates(Tensor gates);

    // [images, out] → [images, strips]
    private Tensor SumRows(Tensor byRow)
    {
        var blocks = _layer.Blocks;
        long missing = ((long)blocks.BlockRows * blocks.Shape.Height) - blocks.Rows;
        return nn.functional.pad(byRow, (0, missing)).view(-1, blocks.BlockRows, blocks.Shape.Height).sum(2);
    }
}
