using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.BlockPruning.Torch;

/// <summary>Sums and scalings that outlive a garbage collection; the operators +, * and / and <c>add_</c> with them do not.</summary>
/// <remarks>
/// TorchSharp 0.107 hands libtorch a pointer into a <see cref="Scalar"/> (for a plain sum: the factor 1) that nothing holds during the
/// call. If its finalizer runs in that moment, libtorch reads freed memory: an exception, or a wrong sum. Here every scalar is held
/// until the call is over.
/// </remarks>
internal static class TensorArithmetic
{
    private static readonly Scalar One = 1.0.ToScalar();

    /// <summary>left + right.</summary>
    public static Tensor Plus(this Tensor left, Tensor right) => left.add(right, One);

    /// <summary>left · factor.</summary>
    public static Tensor Times(this Tensor left, double factor)
    {
        using var held = factor.ToScalar();
        return left.mul(held);
    }

    /// <summary>target += addend.</summary>
    public static void Accumulate(this Tensor target, Tensor addend) => target.add_(addend, One);

    /// <summary>target += addend in every element.</summary>
    public static void Accumulate(this Tensor target, double addend)
    {
        using var held = addend.ToScalar();
        target.add_(held, One);
    }

    /// <summary>target *= factor.</summary>
    public static void Scale(this Tensor target, double factor)
    {
        using var held = factor.ToScalar();
        target.mul_(held);
    }

    /// <summary>target = 0 where a mask is true; +0, also where the target holds −0 or is not finite.</summary>
    public static void Clear(this Tensor target, Tensor where)
    {
        using var held = 0.0.ToScalar();
        target.masked_fill_(where, held);
    }

    /// <summary>[tokens, features] → [tokens, features + 1]: a column of ones, so that a bias is one more weight.</summary>
    public static Tensor WithBias(this Tensor inputs) => nn.functional.pad(inputs, (0, 1), value: 1);

    /// <summary>Mean squared deviation from the mean, over all elements; at least 1e-12, since a constant has no scale.</summary>
    public static double Variance(this Tensor values)
    {
        const double smallest = 1e-12;
        using var scope = NewDisposeScope();
        var deviation = values.sub(values.mean());
        return Math.Max(TorchDevice.ReadOne<float>(deviation.mul(deviation).mean()), smallest);
    }
}
