using Microsoft.ML.BlockPruning.Networks;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.BlockPruning.Torch;

/// <summary>Images to tokens, as <see cref="StemSpec"/> describes it. Patches do not overlap, so the convolution is a product.</summary>
/// <remarks>
/// libtorch's convolution asks for NNPACK first, which writes a warning for each thread on processors that it does not know.
/// </remarks>
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
        var patches = nn.functional.linear(PatchesOf(images), _patch.weight!.flatten(1), _patch.bias);
        Tensor[] prefix = [.. _spec.PrefixTokens.Select(token => _root.get_parameter(token)!.expand(batch, -1, -1))];
        var tokens = cat([.. prefix, patches], 1);
        var placed = _spec.Position is { } position ? tokens.Plus(_root.get_parameter(position)!) : tokens;
        return TorchDevice.Current.ForwardOptional(_norm, placed).MoveToOuterDisposeScope();
    }

    /// <summary>[batch, channels, size, size] → [batch, patches, channels · patch · patch], in the order of the weight.</summary>
    private Tensor PatchesOf(Tensor images)
    {
        long batch = images.shape[0], channels = images.shape[1], side = _spec.PatchSize, grid = images.shape[2] / side;
        return images.reshape(batch, channels, grid, side, grid, side)
            .permute(0, 2, 4, 1, 3, 5)
            .reshape(batch, grid * grid, channels * side * side);
    }
}
