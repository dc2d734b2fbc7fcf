using static TorchSharp.torch;

namespace Microsoft.ML.BlockPruning.Calibration;

/// <summary>Where the residual streams of all images lie: [images, tokens, features] float32.</summary>
/// <param name="shape">[images, tokens, features].</param>
internal abstract class StreamStore(long[] shape) : IDisposable
{
    /// <summary>[images, tokens, features].</summary>
    public IReadOnlyList<long> Shape => shape;

    /// <summary>Images that follow each other; belongs to the open dispose scope.</summary>
    /// <returns>What may be changed in place: <see cref="Write"/> it then.</returns>
    public abstract Tensor Read(long first, long count);

    /// <summary>Images in any order, a copy; belongs to the open dispose scope.</summary>
    public abstract Tensor Select(ReadOnlySpan<long> images);

    /// <summary>Takes images that follow each other.</summary>
    /// <param name="first">The first of them.</param>
    /// <param name="values">What <see cref="Read"/> gave, changed, or another tensor.</param>
    public abstract void Write(long first, Tensor values);

    public abstract void Dispose();
}
