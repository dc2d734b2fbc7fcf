using Microsoft.ML.BlockPruning.Networks;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.BlockPruning.Torch;

/// <summary>The residual stream after the last step to logits: norm, pooling, heads with norms of their own.</summary>
internal sealed class TorchClassifier
{
    private readonly LayerNorm? _norm;
    private readonly (PoolingSpec Pooling, LayerNorm? Norm, Linear Linear)[] _heads;

    /// <summary>Registers its weights.</summary>
    /// <param name="spec">The network.</param>
    /// <param name="root">Holds the weights under canonical names.</param>
    public TorchClassifier(NetworkSpec spec, nn.Module root)
    {
        _norm = root.RegisterNorm(spec.Norm);
        _heads =
        [
            .. spec.Heads.Select(head =>
                (head.Pooling, root.RegisterNorm(head.Norm), nn.Linear(head.Linear.InFeatures, head.Linear.OutFeatures))),
        ];
        foreach (var (head, (_, _, linear)) in spec.Heads.Zip(_heads))
        {
            root.Register(head.Linear.Name, linear);
        }
    }

    /// <summary>[batch, tokens, features] → [batch, classes], the mean over the heads; belongs to the caller's dispose scope.</summary>
    public Tensor Forward(Tensor stream)
    {
        using var scope = NewDisposeScope();
        var x = TorchDevice.Current.ForwardOptional(_norm, stream);
        var logits = _heads
            .Select(head => head.Linear.forward(TorchDevice.Current.ForwardOptional(head.Norm, Pool(x, head.Pooling))))
            .Aggregate((sum, next) => sum.Plus(next));
        return (_heads.Length == 1 ? logits : logits.Times(1.0 / _heads.Length)).MoveToOuterDisposeScope();
    }

    private static Tensor Pool(Tensor x, PoolingSpec pooling) => pooling is TokenPooling token
        ? x.select(1, token.Token)
        : x.narrow(1, ((MeanPooling)pooling).FirstToken, x.shape[1] - ((MeanPooling)pooling).FirstToken).mean([1]);
}
