using Microsoft.ML.BlockPruning.Formats;

namespace Microsoft.ML.BlockPruning.Measurement.GpuCheck;

/// <summary>How near a network's logits on the GPU are to those on the CPU.</summary>
/// <param name="Network">Which kernels it goes through.</param>
/// <param name="Precision">The type there.</param>
/// <param name="Bound">How far a logit may be off, as a fraction of the largest.</param>
/// <param name="Error">How far the worst is off; NaN where there is no answer, or NaN is the answer.</param>
/// <param name="Failure">What the driver said instead of an answer; null where it answered.</param>
internal sealed record GpuAgreement(string Network, NumberFormat Precision, double Bound, double Error, string? Failure)
{
    public bool Holds => Error <= Bound;
}
