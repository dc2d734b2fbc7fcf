using System.Diagnostics;
using System.Numerics;
using System.Runtime.InteropServices;
using Microsoft.ML.BlockPruning.Torch;
using static TorchSharp.torch;

namespace Microsoft.ML.BlockPruning.Optimization;

/// <summary>One step of AdamW on one parameter, in a single pass over its memory.</summary>
/// <remarks>
/// g ← clip · g;  m ← β₁ m + (1 − β₁) g;  v ← β₂ v + (1 − β₂) g²;  θ ← decay · θ − rate · m / (scale · √v + ε). Every operation rounds
/// to float32 by itself, without fused multiply-adds, so that the result does not depend on the width of the processor's vectors.
/// As libtorch operations the same step is a dozen passes and as many temporary tensors.
/// </remarks>
/// <param name="clip">Multiplies the gradient.</param>
/// <param name="beta1">β₁.</param>
/// <param name="beta2">β₂.</param>
/// <param name="scale">1 / √(1 − β₂ᵗ).</param>
/// <param name="epsilon">ε.</param>
/// <param name="rate">The learning rate over 1 − β₁ᵗ.</param>
internal readonly struct AdamStep(double clip, double beta1, double beta2, double scale, double epsilon, double rate)
{
    private readonly float _clip = (float)clip;
    private readonly float _keep1 = (float)beta1;
    private readonly float _take1 = (float)(1 - beta1);
    private readonly float _keep2 = (float)beta2;
    private readonly float _take2 = (float)(1 - beta2);
    private readonly float _scale = (float)scale;
    private readonly float _epsilon = (float)epsilon;
    private readonly float _rate = (float)-rate;

    /// <summary>Steps; the parameter and its moments are float32 and contiguous.</summary>
    /// <param name="entry">Its parameter and moments change in place.</param>
    /// <param name="decay">What the parameter is multiplied by first; 1: nothing.</param>
    public void Run(AdamMoments entry, double decay)
    {
        if (!TorchDevice.Current.IsCpu)
        {
            RunByOperations(entry, decay);
            return;
        }

        var gradient = entry.Parameter.grad!.contiguous();
        Run(Values(entry.Parameter), Values(gradient), Values(entry.First), Values(entry.Second), (float)decay);
    }

    /// <summary>The same by libtorch's operations, for memory that the processor does not see; their roots may round otherwise.</summary>
    public void RunByOperations(AdamMoments entry, double decay)
    {
        using var scope = NewDisposeScope();
        var g = entry.Parameter.grad!.Times(_clip);
        entry.First.Scale(_keep1);
        entry.First.Accumulate(g.Times(_take1));
        entry.Second.Scale(_keep2);
        entry.Second.Accumulate(g.mul(g).Times(_take2));
        var divisor = entry.Second.sqrt().Times(_scale);
        divisor.Accumulate(_epsilon);
        entry.Parameter.Scale((float)decay);
        entry.Parameter.Accumulate(entry.First.div(divisor).Times(_rate));
    }

    private void Run(Span<float> weights, ReadOnlySpan<float> gradients, Span<float> first, Span<float> second, float decay)
    {
        Debug.Assert(weights.Length == gradients.Length && weights.Length == first.Length && weights.Length == second.Length);
        int i = 0;
        for (; i <= weights.Length - Vector<float>.Count; i += Vector<float>.Count)
        {
            var g = new Vector<float>(gradients[i..]) * _clip;
            var m = (new Vector<float>(first[i..]) * _keep1) + (g * _take1);
            var v = (new Vector<float>(second[i..]) * _keep2) + (g * g * _take2);
            m.CopyTo(first[i..]);
            v.CopyTo(second[i..]);
            var divisor = (Vector.SquareRoot(v) * _scale) + new Vector<float>(_epsilon);
            ((new Vector<float>(weights[i..]) * decay) + (m / divisor * _rate)).CopyTo(weights[i..]);
        }

        for (; i < weights.Length; i++)
        {
            float g = gradients[i] * _clip;
            first[i] = (first[i] * _keep1) + (g * _take1);
            second[i] = (second[i] * _keep2) + (g * g * _take2);
            float divisor = (MathF.Sqrt(second[i]) * _scale) + _epsilon;
            weights[i] = (weights[i] * decay) + (first[i] / divisor * _rate);
        }
    }

    private static Span<float> Values(Tensor tensor)
    {
        Debug.Assert(tensor.dtype == ScalarType.Float32 && tensor.is_contiguous(), "float32 and contiguous");
        return MemoryMarshal.Cast<byte, float>(tensor.bytes);
    }
}
