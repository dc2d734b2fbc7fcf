using Microsoft.ML.BlockPruning.Networks;
using Microsoft.ML.BlockPruning.Torch;
using static TorchSharp.torch;

namespace Microsoft.ML.BlockPruning.Pruning.Bases;

/// <summary>Adds up the <see cref="StepMoments"/> of one step, batch by batch.</summary>
/// <remarks>Its tensors belong to the dispose scope that is open when it is created.</remarks>
internal sealed class StepSums
{
    private readonly StepSpec _spec;
    private readonly SecondMoment _normed;
    private readonly MultiHeadSpec? _attention;
    private readonly Tensor? _valueBias;
    private readonly (SecondMoment Query, SecondMoment Key, SecondMoment Output)[] _heads = [];
    private readonly Tensor? _sum, _squares; // of an MLP; no pair, since a type with one could not be looked at without TorchSharp's file
    private long _tokens;

    public StepSums(StepSpec spec, NetworkWeights network)
    {
        _spec = spec;
        _normed = new SecondMoment(spec.Norm.Features);
        if (spec is not BranchSpec branch)
        {
            return;
        }

        _attention = branch.Middle as MultiHeadSpec;
        if (_attention is { } heads)
        {
            _heads = [.. Enumerable.Range(0, heads.Heads).Select(_ => (New(heads), New(heads), New(heads)))];
            float[] bias = network[branch.First].Bias;
            _valueBias = TorchDevice.Put(tensor(bias[(2 * bias.Length / 3)..]));
        }
        else
        {
            int hidden = branch.Second.InFeatures;
            (_sum, _squares) = (TorchDevice.Put(zeros(hidden, float64)), TorchDevice.Put(zeros(hidden, float64)));
        }
    }

    /// <summary>Adds one batch and moves it past the step.</summary>
    /// <param name="step">The step.</param>
    /// <param name="stream">[images, tokens, features] before it.</param>
    /// <returns>As of <see cref="TorchStep.Advance(Tensor)"/>.</returns>
    public Tensor Advance(TorchStep step, Tensor stream)
    {
        AddNormed(step, stream);
        if (step is not ResidualBranch branch)
        {
            return step.Advance(stream);
        }

        using var scope = NewDisposeScope();
        var first = step.Linears[0].call(step.InputOf(0, stream));
        var second = branch.Middle(first);
        if (_attention is { } heads)
        {
            AddHeads(first, second.sub(_valueBias!), heads);
        }
        else
        {
            var values = second.flatten(0, 1).to(float64);
            _sum!.Accumulate(values.sum([0]));
            _squares!.Accumulate(values.mul(values).sum([0]));
            _tokens += values.shape[0];
        }

        stream.Accumulate(step.Linears[1].call(second));
        return stream;
    }

    /// <summary>The means; they belong to the open dispose scope.</summary>
    /// <exception cref="ArithmeticException">A sum is not finite.</exception>
    public StepMoments Mean()
    {
        var normed = _normed.Mean();
        var heads = _heads.Select(head => new HeadMoments(head.Query.Mean(), head.Key.Mean(), head.Output.Mean())).ToList();

        // Nothing else can overflow: normed tokens are small, and hidden units are squared in float64. Where tokens are not finite
        // themselves, the calibration pass says at which layer that begins.
        bool isSound = SecondMoments.IsFinite(normed);
        foreach (var mean in heads.SelectMany(head => new[] { head.Query, head.Key, head.Output }).Where(_ => isSound))
        {
            SecondMoments.CheckFinite(mean, ((BranchSpec)_spec).First.Name);
        }

        return new(normed, HiddenVariance(), heads);
    }

    private void AddNormed(TorchStep step, Tensor stream)
    {
        using var scope = NewDisposeScope();
        _normed.Add(Plain.Norm(step.Gather(stream), _spec.Norm.Eps));
    }

    private static SecondMoment New(MultiHeadSpec heads) => new(heads.HeadDim);

    // first: [images, tokens, 3 · features], q then k then v; output: [images, tokens, features].
    private void AddHeads(Tensor first, Tensor output, MultiHeadSpec heads)
    {
        int features = heads.Heads * heads.HeadDim;
        var keys = first.narrow(2, features, features);
        keys = keys.sub(keys.mean([1], keepdim: true));
        for (int head = 0; head < heads.Heads; head++)
        {
            int column = head * heads.HeadDim;
            _heads[head].Query.Add(first.narrow(2, column, heads.HeadDim));
            _heads[head].Key.Add(keys.narrow(2, column, heads.HeadDim));
            _heads[head].Output.Add(output.narrow(2, column, heads.HeadDim));
        }
    }

    private Tensor? HiddenVariance()
    {
        if (_sum is null)
        {
            return null;
        }

        using var scope = NewDisposeScope();
        var mean = _sum.Times(1.0 / _tokens);
        return _squares!.Times(1.0 / _tokens).sub(mean.mul(mean)).relu().MoveToOuterDisposeScope();
    }
}
