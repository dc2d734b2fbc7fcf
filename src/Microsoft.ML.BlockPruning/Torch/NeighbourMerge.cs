using Microsoft.ML.BlockPruning.Networks;
using static TorchSharp.torch;

namespace Microsoft.ML.BlockPruning.Torch;

/// <summary>x = reduction(norm(four neighbours in one)), as <see cref="MergeSpec"/> describes it.</summary>
internal sealed class NeighbourMerge(MergeSpec spec) : TorchStep(spec)
{
    /// <inheritdoc/>
    /// <remarks>
    /// [batch, side², features] → [batch, half², 4 · features]: of two by two the left column from top to bottom, then the right one.
    /// </remarks>
    public override Tensor Gather(Tensor stream)
    {
        var (batch, features) = (stream.shape[0], stream.shape[2]);
        long side = (long)Math.Sqrt(stream.shape[1]), half = MergeSpec.SideAfter(side), more = side % 2;
        var grid = stream.reshape(batch, side, side, features);
        var even = more == 0 ? grid : nn.functional.pad(grid, [0, 0, 0, more, 0, more]);
        return even.reshape(batch, half, 2, half, 2, features).permute(0, 1, 3, 4, 2, 5).reshape(batch, half * half, 4 * features);
    }

    /// <inheritdoc/>
    public override Tensor InputOf(int linear, Tensor stream) => Normed(Gather(stream));

    /// <inheritdoc/>
    public override Tensor Join(Tensor stream, Tensor output) => output;

    /// <inheritdoc/>
    public override Tensor OutputFor(Tensor wanted, Tensor stream) => wanted;

    /// <inheritdoc/>
    public override Tensor Advance(Tensor stream) => Forward(stream);
}
