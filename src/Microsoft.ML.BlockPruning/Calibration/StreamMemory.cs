using Microsoft.ML.BlockPruning.Torch;
using static TorchSharp.torch;

namespace Microsoft.ML.BlockPruning.Calibration;

/// <summary>Streams in one tensor, of which <see cref="Read"/> gives views.</summary>
internal sealed class StreamMemory : StreamStore
{
    private readonly Tensor _streams;

    public StreamMemory(long[] shape)
        : base(shape) => _streams = TorchDevice.Put(empty(shape)).DetachFromDisposeScope();

    public override Tensor Read(long first, long count) => _streams.narrow(0, first, count);

    public override Tensor Select(ReadOnlySpan<long> images)
    {
        using var scope = NewDisposeScope();
        return _streams.index_select(0, TorchDevice.Put(tensor(images.ToArray()))).MoveToOuterDisposeScope();
    }

    // A view that was changed in place is copied onto itself.
    public override void Write(long first, Tensor values)
    {
        using var place = Read(first, values.shape[0]);
        place.copy_(values);
    }

    public override void Dispose() => _streams.Dispose();
}
