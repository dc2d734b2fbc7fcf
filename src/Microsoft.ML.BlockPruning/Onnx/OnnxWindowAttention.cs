using Microsoft.ML.BlockPruning.Models;
using Microsoft.ML.BlockPruning.Networks;

namespace Microsoft.ML.BlockPruning.Onnx;

/// <summary>Attention within shifted windows (Swin, Liu et al., ICCV 2021, §3.2): tokens are gathered window by window, and back.</summary>
internal sealed class OnnxWindowAttention
{
    private readonly IOnnxGraph _graph;
    private readonly WindowAttentionSpec _spec;
    private readonly WindowGrid _grid;
    private readonly int _tokens;

    private OnnxWindowAttention(IOnnxGraph graph, WindowAttentionSpec spec, int tokens) =>
        (_graph, _spec, _tokens, _grid) = (graph, spec, tokens, new WindowGrid(tokens, spec.Window, spec.Shift));

    private int Windows => _grid.PerSide * _grid.PerSide;

    /// <param name="graph">Where to.</param>
    /// <param name="branch">Attention, and the layer before it, whose bias stands in slots without a token.</param>
    /// <param name="weights">The table of the bias.</param>
    /// <param name="qkv">[images, tokens, 3 · heads · headDim]: q, then k, then v, head after head in each.</param>
    /// <returns>[images, tokens, heads · headDim].</returns>
    public static string Add(IOnnxGraph graph, BranchSpec branch, SparseWeights weights, string qkv)
    {
        var spec = (WindowAttentionSpec)branch.Middle;
        var windows = new OnnxWindowAttention(graph, spec, branch.First.Tokens);
        return windows.Add(windows._grid.IsPadded ? windows.Padded(qkv, weights[branch.First].Bias) : qkv, weights[spec.Bias]);
    }

    private string Add(string qkv, float[] table)
    {
        // [3, images, windows, heads, slots, headDim]
        string[] parts = OnnxAttention.Split(
            _graph, _graph.Node("Gather", [qkv, _graph.Constant("slots", SlotTokens())], OnnxAttribute.Of("axis", 1L)),
            [0, Windows, _grid.Slots, 3, _spec.Heads, _spec.HeadDim], 3, 0, 1, 4, 2, 5);
        string scores = OnnxAttention.Scores(_graph, _spec.HeadDim, parts, 0, 1, 2, 4, 3);
        scores = _graph.Node(
            "Add", [scores, _graph.Constant(_spec.Bias, () => Bias(table), _spec.Heads, _grid.Slots, _grid.Slots)]);
        if (_spec.Shift > 0)
        {
            scores = _graph.Node("Add", [scores, _graph.Constant("regions", Apart, Windows, 1, _grid.Slots, _grid.Slots)]);
        }

        string context = OnnxAttention.Weigh(_graph, scores, parts[2]);
        string slots = _graph.Node("Transpose", [context], OnnxAttribute.Of("perm", 0, 1, 3, 2, 4));
        string rows = _graph.Node(
            "Reshape", [slots, _graph.Constant("slots_shape", [0, (long)Windows * _grid.Slots, _spec.Heads * _spec.HeadDim])]);
        return _graph.Node("Gather", [rows, _graph.Constant("tokens", TokenSlots())], OnnxAttribute.Of("axis", 1L));
    }

    // One token more, the last: what zeros become in the layer before.
    private string Padded(string qkv, float[] bias) => _graph.Node(
        "Concat", [qkv, OnnxStem.ForEachImage(_graph, qkv, "filling", () => bias, 1, bias.Length)], OnnxAttribute.Of("axis", 1L));

    private IEnumerable<(int Window, int Slot, int Token)> All() =>
        from window in Enumerable.Range(0, Windows)
        from slot in Enumerable.Range(0, _grid.Slots)
        select (window, slot, _grid.TokenAt(window, slot));

    private long[] SlotTokens() => [.. All().Select(at => (long)(at.Token < 0 ? _tokens : at.Token))];

    private long[] TokenSlots()
    {
        long[] slots = new long[_tokens];
        foreach (var (window, slot, token) in All().Where(at => at.Token >= 0))
        {
            slots[token] = ((long)window * _grid.Slots) + slot;
        }

        return slots;
    }

    // [heads, slots of queries, slots of keys]
    private float[] Bias(float[] table) =>
    [
        .. from head in Enumerable.Range(0, _spec.Heads)
           from query in Enumerable.Range(0, _grid.Slots)
           from key in Enumerable.Range(0, _grid.Slots)
           select table[(_grid.DistanceOf(query, key) * _spec.Heads) + head],
    ];

    // [windows, 1, slots of queries, slots of keys]
    private float[] Apart() =>
    [
        .. from window in Enumerable.Range(0, Windows)
           let kind = _grid.KindOf(window)
           from query in Enumerable.Range(0, _grid.Slots)
           from key in Enumerable.Range(0, _grid.Slots)
           select _grid.RegionOf(kind, query) == _grid.RegionOf(kind, key) ? 0 : WindowGrid.Apart,
    ];
}
