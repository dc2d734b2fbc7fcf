using Microsoft.ML.BlockPruning.Torch;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.BlockPruning.Optimization;

/// <summary>AdamW (Loshchilov &amp; Hutter, ICLR 2019, Alg. 2) that holds removed blocks at zero: weights, gradients and moments.</summary>
/// <remarks>
/// m ← β₁ m + (1 − β₁) g;  v ← β₂ v + (1 − β₂) g²;  θ ← θ − rate · (m / (1 − β₁ᵗ) / (√(v / (1 − β₂ᵗ)) + ε) + decay · θ).
/// β₁ = 0.9, β₂ = 0.999, ε = 1e-8. Gradients are masked before their norm is taken, so removed blocks have no say in the clipping.
/// TorchSharp's own optimizers pass scalars that the garbage collector may free during the call. Cost: two more copies of the weights.
/// </remarks>
internal sealed class MaskedAdamW : IDisposable
{
    private const double Beta1 = 0.9;
    private const double Beta2 = 0.999;
    private const double Epsilon = 1e-8;
    private readonly RemovedBlocks _removed;
    private readonly double _weightDecay;
    private readonly double _largestNorm;

    /// <summary>Starts with moments of zero, and sets removed blocks of the weights to zero.</summary>
    /// <param name="parameters">What it steps, under canonical names; float32.</param>
    /// <param name="removed">What stays zero; the caller's.</param>
    /// <param name="weightDecay">On matrices only; multiplied by the rate.</param>
    /// <param name="largestNorm">The global norm to which gradients are clipped.</param>
    public MaskedAdamW(
        IEnumerable<(string Name, Parameter Parameter)> parameters, RemovedBlocks removed, double weightDecay, double largestNorm)
    {
        _removed = removed;
        _weightDecay = weightDecay;
        _largestNorm = largestNorm;
        using var off = no_grad();
        Moments = [.. parameters.Select(p => new AdamMoments(
            p.Name, p.Parameter, zeros_like(p.Parameter).DetachFromDisposeScope(), zeros_like(p.Parameter).DetachFromDisposeScope()))];
        foreach (var entry in Moments)
        {
            removed.Clear(entry.Name, entry.Parameter);
        }
    }

    public IReadOnlyList<AdamMoments> Moments { get; }

    /// <summary>t, the steps done; set it when moments are restored.</summary>
    public int Steps { get; set; }

    /// <summary>Makes one step with the parameters' gradients, which it masks and clips in place.</summary>
    /// <param name="rate">The step's learning rate.</param>
    /// <returns>The global norm of the masked gradients before clipping; where it is not finite, no weight has changed.</returns>
    public double Step(double rate)
    {
        using var scope = NewDisposeScope();
        using var off = no_grad();
        double norm = MaskedNorm();
        if (!double.IsFinite(norm))
        {
            return norm;
        }

        Steps++;
        var step = new AdamStep(
            clip: Math.Min(1, _largestNorm / norm), // norm 0: +∞, so 1
            Beta1,
            Beta2,
            scale: 1 / Math.Sqrt(1 - Math.Pow(Beta2, Steps)),
            Epsilon,
            rate: rate / (1 - Math.Pow(Beta1, Steps)));
        foreach (var entry in Moments)
        {
            step.Run(entry, decay: entry.Decays ? 1 - (rate * _weightDecay) : 1);
            _removed.Clear(entry.Name, entry.Parameter);
        }

        return norm;
    }

    public void Dispose()
    {
        foreach (var entry in Moments)
        {
            entry.First.Dispose();
            entry.Second.Dispose();
        }
    }

    private double MaskedNorm()
    {
        foreach (var entry in Moments)
        {
            _removed.Clear(entry.Name, entry.Parameter.grad!);
        }

        return TorchDevice.ReadOne<float>(stack([.. Moments.Select(entry => entry.Parameter.grad!.norm())]).norm());
    }
}
