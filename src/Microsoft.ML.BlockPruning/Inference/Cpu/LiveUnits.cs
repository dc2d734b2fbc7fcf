using Microsoft.ML.BlockPruning.Kernels.Cpu.Layout;
using Microsoft.ML.BlockPruning.Models;
using Microsoft.ML.BlockPruning.Networks;
using Microsoft.ML.BlockPruning.Sparsity;

namespace Microsoft.ML.BlockPruning.Inference.Cpu;

/// <summary>What of a branch is computed: the inputs that its second layer reads, in strips, and what they are made of.</summary>
/// <remarks>
/// An input that no block of the second layer meets is dead, whatever the first layer keeps for it: a hidden unit with its row of the
/// first layer, a value of a head with its row of v, a head all of whose values are dead with q and k too. Only whole strips of eight go,
/// so that the strips that stay are packed and multiplied as before: the scores are the same bits. Heads that strips do not divide stay
/// whole. A unit that is read stays, even where its row is gone and it is a constant: to add it to a bias would round otherwise.
/// </remarks>
internal sealed class LiveUnits
{
    private const int Strip = PanelLayout.StripFeatures;

    private readonly MiddleSpec _middle;
    private readonly int _features;
    private readonly bool[] _live; // [strips of the second layer's inputs]

    /// <param name="branch">The branch.</param>
    /// <param name="width">Of the blocks of its second layer.</param>
    /// <param name="read">[block columns]: whether one of them holds a block.</param>
    private LiveUnits(BranchSpec branch, int width, bool[] read)
    {
        _middle = branch.Middle;
        _features = branch.Second.InFeatures;
        _live = new bool[PanelLayout.PadFeatures(_features) / Strip];
        for (int strip = 0; strip < _live.Length; strip++)
        {
            int first = strip * Strip / width, last = (Math.Min((strip + 1) * Strip, _features) - 1) / width;
            _live[strip] = read.AsSpan(first..(last + 1)).Contains(true);
        }

        if (!IsNothing && !StripsAreUnits)
        {
            Array.Fill(_live, true);
        }

        Heads = _middle is not MultiHeadSpec heads ? []
            : IsWhole ? [.. Enumerable.Range(0, heads.Heads)]
            : [.. LiveStrips.Select(strip => strip * Strip / heads.HeadDim).Distinct()];
    }

    /// <summary>Whether the second layer reads nothing: its bias is all that the branch adds.</summary>
    public bool IsNothing => !_live.Contains(true);

    /// <summary>Inputs of the second layer that are not computed.</summary>
    public int CutUnits => _features - LiveStrips.Sum(strip => Math.Min(Strip, _features - (strip * Strip)));

    /// <summary>Heads that are not computed; none where the middle has no heads.</summary>
    public int CutHeads => _middle is MultiHeadSpec heads ? heads.Heads - Heads.Count : 0;

    /// <summary>The heads that are computed, by their numbers; none where the middle has no heads.</summary>
    public IReadOnlyList<int> Heads { get; }

    private bool IsWhole => !_live.Contains(false);

    private IEnumerable<int> LiveStrips => Enumerable.Range(0, _live.Length).Where(strip => _live[strip]);

    // Of other middles it is not known here which rows of the first layer an input is made of.
    private bool StripsAreUnits => _middle is GeluSpec || (_middle is MultiHeadSpec heads && heads.HeadDim % Strip == 0);

    /// <summary>Of a branch whose second layer is packed.</summary>
    public static LiveUnits Of(BranchSpec branch, BlockSparseMatrix second) => new(branch, second.Block.Width, second.KeptColumns());

    /// <summary>Of a branch whose second layer keeps some blocks.</summary>
    public static LiveUnits Of(BranchSpec branch, BlockMask second) => new(branch, second.Shape.Width, second.KeptColumns());

    /// <summary>The rows of the first layer that are computed; the layer itself where all are, or none.</summary>
    public SparseLinear First(SparseLinear first)
    {
        if (IsWhole || IsNothing)
        {
            return first;
        }

        int[] strips = [.. FirstStrips()];
        float[] bias = [.. first.Bias.Where((_, row) => strips.AsSpan().BinarySearch(row / Strip) >= 0)];
        return new SparseLinear(first.Name, StripSelection.Take(first.Weight, Strip, strips, columns: null), bias);
    }

    /// <summary>The columns of the second layer that read what is computed; the layer itself where all do, or none.</summary>
    public SparseLinear Second(SparseLinear second) => IsWhole || IsNothing
        ? second
        : second with { Weight = StripSelection.Take(second.Weight, Strip, rows: null, [.. LiveStrips]) };

    /// <summary>The attention between the layers that are left.</summary>
    /// <param name="heads">The branch's middle.</param>
    /// <param name="layout">Its tokens.</param>
    public AttentionShape ShapeOf(MultiHeadSpec heads, PanelLayout layout)
    {
        if (IsWhole)
        {
            return new AttentionShape(layout, heads.Heads, heads.HeadDim);
        }

        var starts = new List<int> { 0 };
        foreach (int head in Heads)
        {
            int first = head * heads.HeadDim / Strip;
            starts.Add(starts[^1] + (Strip * _live.AsSpan(first, heads.HeadDim / Strip).Count(true)));
        }

        return new AttentionShape(layout, heads.HeadDim, [.. starts]);
    }

    // q and k of the heads that are left, then the values that are.
    private IEnumerable<int> FirstStrips()
    {
        int coupled = _middle.FirstCoupledRow(_features) / Strip;
        var coupledStrips = LiveStrips.Select(strip => coupled + strip);
        if (_middle is not MultiHeadSpec heads)
        {
            return coupledStrips;
        }

        int perHead = heads.HeadDim / Strip;
        int[] queries = [.. Heads.SelectMany(head => Enumerable.Range(head * perHead, perHead))];
        return [.. queries, .. queries.Select(strip => _live.Length + strip), .. coupledStrips];
    }
}
