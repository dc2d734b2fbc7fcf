using Microsoft.ML.BlockPruning.Networks;
using static TorchSharp.torch;

namespace Microsoft.ML.BlockPruning.Torch;

/// <summary>Attention within windows, as <see cref="WindowAttentionSpec"/> describes it, with a bias that can be trained.</summary>
internal sealed class TorchWindows
{
    private readonly WindowAttentionSpec _spec;
    private readonly WindowGrid _grid;
    private readonly nn.Module _holder;
    private readonly long[] _tokenOfSlot; // the token after the last one where a slot is empty
    private readonly long[] _slotOfToken;
    private readonly long[] _distances;
    private readonly long[] _kinds;
    private readonly float[] _apart;

    /// <summary>Registers the bias.</summary>
    /// <param name="spec">Heads and windows.</param>
    /// <param name="tokens">Tokens of an image.</param>
    /// <param name="holder">Holds the bias under its canonical name; it is asked for there, since a conversion makes a new one.</param>
    public TorchWindows(WindowAttentionSpec spec, int tokens, nn.Module holder)
    {
        _spec = spec;
        _holder = holder;
        _grid = new WindowGrid(tokens, spec.Window, spec.Shift);
        holder.Register(spec.Bias, nn.Parameter(zeros([.. spec.Parts[0].Shape.Select(side => (long)side)])));
        int slots = _grid.Slots, windows = _grid.PerSide * _grid.PerSide;
        _tokenOfSlot = new long[windows * slots];
        _slotOfToken = new long[tokens];
        for (int slot = 0; slot < _tokenOfSlot.Length; slot++)
        {
            int token = _grid.TokenAt(slot / slots, slot % slots);
            _tokenOfSlot[slot] = token < 0 ? tokens : token;
            if (token >= 0)
            {
                _slotOfToken[token] = slot;
            }
        }

        var pairs = from query in Enumerable.Range(0, slots) from key in Enumerable.Range(0, slots) select (query, key);
        _distances = [.. pairs.Select(pair => (long)_grid.DistanceOf(pair.query, pair.key))];
        _kinds = [.. Enumerable.Range(0, windows).Select(window => (long)_grid.KindOf(window))];
        _apart = [.. Enumerable.Range(0, WindowGrid.Kinds).SelectMany(
            kind => pairs.Select(pair => _grid.RegionOf(kind, pair.query) != _grid.RegionOf(kind, pair.key) ? WindowGrid.Apart : 0))];
    }

    /// <summary>[batch, tokens, 3 · features] → [batch, tokens, features]; belongs to the caller's dispose scope.</summary>
    /// <param name="qkv">q, k and v.</param>
    /// <param name="padding">[3 · features]: those of zeros, which fill the last windows up.</param>
    public Tensor Attend(Tensor qkv, Tensor padding)
    {
        using var scope = NewDisposeScope();
        var (batch, features) = (qkv.shape[0], qkv.shape[2]);
        if (_grid.IsPadded)
        {
            qkv = cat([qkv, padding.expand(batch, 1, features)], 1);
        }

        var cut = qkv.index_select(1, Index(_tokenOfSlot)).reshape(-1, _grid.Slots, features);
        var context = TorchMiddle.Attend(cut, _spec, scores => Biased(scores, batch));
        return context.reshape(batch, -1, features / 3).index_select(1, Index(_slotOfToken)).MoveToOuterDisposeScope();
    }

    // [batch · windows, heads, slots, slots] + [windows, heads, slots, slots]
    private Tensor Biased(Tensor scores, long batch)
    {
        long slots = _grid.Slots;
        var table = _holder.get_parameter(_spec.Bias)!.index_select(0, Index(_distances)).reshape(slots, slots, -1).permute(2, 0, 1);
        if (_spec.Shift > 0)
        {
            var apart = TorchDevice.Put(tensor(_apart).reshape(-1, 1, slots, slots)).to(scores.dtype);
            table = apart.index_select(0, Index(_kinds)).Plus(table);
        }

        return scores.reshape(batch, -1, _spec.Heads, slots, slots).Plus(table).reshape(scores.shape);
    }

    private static Tensor Index(long[] values) => TorchDevice.Put(tensor(values));
}
