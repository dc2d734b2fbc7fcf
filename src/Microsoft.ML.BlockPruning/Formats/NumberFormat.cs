namespace Microsoft.ML.BlockPruning.Formats;

/// <summary>How numbers are stored: the one list of formats, for weights in a file and for weights and activations on a GPU.</summary>
/// <remarks>What a format costs and how far it rounds is in its codec.</remarks>
public enum NumberFormat
{
    /// <summary>float32, 24 bits of precision: what calibration, refit, fine-tuning and the processor's kernels compute in.</summary>
#pragma warning disable CA1720 // the field's word for it, beside the other two
    Float32,
#pragma warning restore CA1720

    /// <summary>bfloat16, 8 bits of precision, the range of float32: half the bytes.</summary>
    BFloat16,

    /// <summary>IEEE half, 11 bits of precision, up to 65504: half the bytes.</summary>
    Float16,
}
