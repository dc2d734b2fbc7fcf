using System.Diagnostics;
using Microsoft.ML.BlockPruning.Pruning.Budgets;

namespace Microsoft.ML.BlockPruning.Pruning.Allocation;

/// <summary>Keeps account of every budget while blocks go and come back.</summary>
internal sealed class BudgetLedger
{
    private readonly IReadOnlyList<PruneConstraint> _constraints;
    private readonly long[] _used;

    /// <summary>Creates a ledger.</summary>
    /// <param name="constraints">The budgets.</param>
    public BudgetLedger(IReadOnlyList<PruneConstraint> constraints)
    {
        _constraints = constraints;
        _used = new long[constraints.Count];
    }

    public bool IsMet
    {
        get
        {
            for (int i = 0; i < _used.Length; i++)
            {
                if (_used[i] > _constraints[i].Limit)
                {
                    return false;
                }
            }

            return true;
        }
    }

    /// <summary>Units of a budget that are left; negative where it is overdrawn.</summary>
    public double SlackOf(int constraint) => _constraints[constraint].Limit - _used[constraint];

    /// <summary>Counts what is kept.</summary>
    public void Start(IReadOnlyList<BlockCandidate> blocks)
    {
        for (int i = 0; i < _used.Length; i++)
        {
            _used[i] = _constraints[i].Costs.FixedCost + blocks.Where(block => block.IsKept).Sum(block => block.Costs[i]);
        }
    }

    public bool Fits(BlockCandidate block)
    {
        for (int i = 0; i < _used.Length; i++)
        {
            if (_used[i] + block.Costs[i] > _constraints[i].Limit)
            {
                return false;
            }
        }

        return true;
    }

    public void Keep(BlockCandidate block) => Move(block, keep: true);

    public void Remove(BlockCandidate block) => Move(block, keep: false);

    private void Move(BlockCandidate block, bool keep)
    {
        Debug.Assert(block.IsKept != keep, "counted twice");
        block.Kept[block.Row, block.Column] = keep;
        for (int i = 0; i < _used.Length; i++)
        {
            _used[i] += keep ? block.Costs[i] : -block.Costs[i];
        }
    }
}
