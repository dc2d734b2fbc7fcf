using Microsoft.ML.BlockPruning.Networks;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.BlockPruning.Torch;

/// <summary>Images to tokens, as <see cref="StemSpec"/> describes it; one convolution whose stride is its size cuts the patches.</summary>
internal sealed class TorchStem
{
    private readonly StemSpec _spec;
    private readonly Conv2d _patch;
    private readonly LayerNorm? _norm;
    private readonly nn.Module _root;

    /// <summary>Registers its weights.</summary>
    /// <param name="spec">The network.</param>
    /// <param name="root">Holds the weights under canonical names; they are asked for there, since a conversion makes new ones.</param>
    public TorchStem(NetworkSpec spec, nn.Module root)
    {
        _spec = spec.Stem;
        _root = root;
        int width = _spec.Patch.OutFeatures;
        foreach (string token in _spec.PrefixTokens)
        {
            root.Register(token, nn.Parameter(zeros(1, 1, width)));
        }

        if (_spec.Position is { } position)
        {
            root.Register(position, nn.Parameter(zeros(1, spec.Tokens, width)));
        }

        _patch = nn.Conv2d(spec.Channels, width, _spec.PatchSize, stride: _spec.PatchSize);
        root.Register(_spec.Patch.Name, _patch);
        _norm = root.RegisterNorm(_spec.Norm);
    }

    /// <summary>[batch, channels, size, size] → [batch, tokens, features]; belongs to the caller's dispose scope.</summary>
    public Tensor Forward(Tensor images)
    {
        using var scope = NewDisposeScope();
        long batch = images.shape[0];
        var patches = TorchDevice.Current.Forward(_patch, images).flatten(2).transpose(1, 2);
        Tensor[] prefix = [.. _spec.PrefixTokens.Select(token => _root.get_parameter(token)!.expand(batch, -1, -1))];
        var tokens = cat([.. prefix, patches], 1);
        var placed = _spec.Position is { } position ? tokens.Plus(_root.get_parameter(position)!) : tokens;
        return TorchDevice.Current.ForwardOptional(_norm, placed).MoveToOuterDisposeScope();
    }
}
