namespace Microsoft.ML.BlockPruning.Kernels.Cpu.Layout;

/// <summary>The parameters of a LayerNorm in native memory.</summary>
internal sealed unsafe class PackedNorm : IDisposable
{
    private readonly NativeBuffer _scale;
    private readonly NativeBuffer _offset;

    /// <summary>Copies the parameters.</summary>
    /// <param name="scale">[features] float32.</param>
    /// <param name="offset">[features] float32.</param>
    /// <param name="eps">Added to the variance.</param>
    public PackedNorm(ReadOnlySpan<float> scale, ReadOnlySpan<float> offset, float eps)
    {
        if (scale.Length != offset.Length)
        {
            throw new ArgumentException(
                $"A norm needs as many offsets as scales, found {offset.Length} and {scale.Length}.", nameof(offset));
        }

        Features = scale.Length;
        Eps = eps;
        _scale = NativeBuffer.CopyOf(scale, scale.Length);
        _offset = NativeBuffer.CopyOf(offset, offset.Length);
    }

    public int Features { get; }

    public float Eps { get; }

    public float* Scale => _scale.Floats;

    public float* Offset => _offset.Floats;

    public void Dispose()
    {
        _scale.Dispose();
        _offset.Dispose();
    }
}
