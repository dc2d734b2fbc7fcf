using Microsoft.ML.BlockPruning.Torch;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.BlockPruning.Benchmarks.Rivals;

/// <summary>CORP's pruning of one MLP: hidden units, which are rows of fc1 with columns of fc2.</summary>
/// <remarks>
/// A unit's score is E[h²] · P(|h| > 0.01 · root mean square of all hidden activations of the batch), h behind GELU: the code's
/// <c>active_energy</c>, its default.
/// </remarks>
internal sealed class CorpMlp(TorchStep step, IReadOnlyList<Tensor> streams)
{
    private const double ActiveAbove = 0.01; // of the root mean square

    /// <summary>Prunes in place.</summary>
    /// <param name="kept">Units that stay.</param>
    public void Prune(int kept)
    {
        using var scope = NewDisposeScope();
        var (first, second) = (step.Linears[0], step.Linears[1]);
        long units = first.weight.shape[0];
        if (kept == units)
        {
            return;
        }

        var moments = new FeatureMoments(units);
        var active = zeros(units, float64);
        foreach (var stream in streams)
        {
            using var batch = NewDisposeScope();
            var hidden = step.InputOf(1, stream).flatten(0, 1);
            moments.Add(hidden);
            var threshold = hidden.mul(hidden).mean().sqrt().Times(ActiveAbove);
            active.Accumulate(hidden.abs().gt(threshold).to(float64).sum(dim: 0));
        }

        var scores = moments.Second.diagonal().mul(active);
        var choice = UnitChoice.Highest(TorchDevice.Read<double>(scores), kept);
        Fold(AffineCompensation.Of(moments, choice), choice, second);
        Clear(first, choice);
    }

    private static void Fold(AffineCompensation compensation, UnitChoice units, Linear reader)
    {
        var weight = reader.weight.to(float64);
        var removed = weight.index_select(1, UnitChoice.Indices(units.Removed));
        var kept = weight.index_select(1, UnitChoice.Indices(units.Kept)).Plus(removed.mm(compensation.Slope));
        reader.weight.copy_(zeros_like(weight).index_copy_(1, UnitChoice.Indices(units.Kept), kept));
        reader.bias!.copy_(reader.bias!.to(float64).Plus(removed.mv(compensation.Offset)));
    }

    private static void Clear(Linear writer, UnitChoice units)
    {
        var kept = UnitChoice.Indices(units.Kept);
        foreach (var parameter in new[] { writer.weight, writer.bias! })
        {
            parameter.copy_(zeros_like(parameter).index_copy_(0, kept, parameter.index_select(0, kept)));
        }
    }
}
