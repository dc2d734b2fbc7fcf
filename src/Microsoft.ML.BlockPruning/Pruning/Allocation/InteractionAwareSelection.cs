using Microsoft.ML.BlockPruning.Pruning.Budgets;
using Microsoft.ML.BlockPruning.Pruning.Criteria;
using Microsoft.ML.BlockPruning.Pruning.GateGradients;

namespace Microsoft.ML.BlockPruning.Pruning.Allocation;

/// <summary>Chooses blocks by what their removal does together, within and across layers, and not one by one.</summary>
/// <remarks>
/// <para>
/// With z_k = 1 for a removed block and N images, the predicted KL divergence to the dense network is
/// <code>
/// ½ ‖Σ_k z_k s_k‖² / N      + ½ κ Σ_k z_k, a ridge against fitting the images
/// </code>
/// Rounds remove equal parts of the cost, each time the blocks of least change per cost; then blocks swap places while that lowers the
/// objective. The choice by independent importances ½ (F_kk + κ) is taken as the start of the swaps where it is the better of the two, so
/// the result is never worse than it.
/// </para>
/// Source: the second-order expansion that the gates' Fisher stands for (Kwon et al., NeurIPS 2022, for heads and filters); rounds and
/// swaps are ours, and no optimum is promised: choosing is a quadratic 0/1 program. Blocks of dead units are not looked for.
/// Cost: about (rounds + 10 · swap rounds) · N · M multiply-adds for M blocks, and a second copy of the gate gradients.
/// </remarks>
/// <param name="budget">The budget.</param>
/// <param name="rules">Fraction of every layer's blocks that stays.</param>
/// <param name="options">How to go about it; the defaults where none are given.</param>
internal sealed class InteractionAwareSelection(PruneConstraint budget, LayerRules rules, InteractionOptions? options = null)
{
    private const int Partners = 8;

    private readonly InteractionOptions _options = options ?? new InteractionOptions();

    /// <summary>Chooses.</summary>
    /// <param name="layers">
    /// Gate gradients of all layers that may lose blocks, of the same images; only blocks kept in their grids can stay.
    /// </param>
    /// <param name="onRound">
    /// Called after each round, as often as <see cref="InteractionOptions.TotalRounds"/> says; it may throw to cancel.
    /// </param>
    /// <exception cref="ArgumentException">The budget cannot be met, or there are too few images to hold any out.</exception>
    public BlockSelection Allocate(IReadOnlyList<LayerGateGradients> layers, Action onRound)
    {
        _options.Check();
        int images = LayerGateGradients.ImagesOf(layers);
        if (images < _options.HeldOutEvery)
        {
            throw new ArgumentException(
                $"One image in {_options.HeldOutEvery} is held out, but there are {images}; give at least {_options.HeldOutEvery}.",
                nameof(layers));
        }

        var parts = Enumerable.Range(0, images).ToLookup(image => image % _options.HeldOutEvery == _options.HeldOutEvery - 1);
        var fit = new GateColumns(layers, [.. parts[false]]);
        double meanSquare = Enumerable.Range(0, fit.Gates).Average(gate => fit.Square(gate) / fit.Images);
        double ridge = _options.Ridge * meanSquare;
        var grids = new LayerGrids(layers.Select(layer => (layer.LayerName, layer.Blocks)));
        var allocator = new SparsityAllocator([budget], rules);
        allocator.CheckBudget(grids);

        var chosen = new GateSet(layers, fit, budget.Costs, rules, ridge);
        CloseInRounds(chosen, onRound);
        var independent = new GateSet(layers, fit, budget.Costs, rules, ridge);
        independent.CloseAsIn(allocator.Allocate(Independent(layers, fit, ridge), []));
        chosen = chosen.Objective <= independent.Objective ? chosen : independent;
        bool isBetter = true;
        for (int round = 0; round < _options.SwapRounds; round++, onRound())
        {
            isBetter = isBetter && Swap(chosen);
        }

        var heldOut = new GateColumns(layers, [.. parts[true]]);
        return new BlockSelection(
            chosen.ToPlan(), [], new DivergencePrediction(fit.Divergence(chosen.Closed), heldOut.Divergence(chosen.Closed)));
    }

    private void CloseInRounds(GateSet gates, Action onRound)
    {
        double part = (gates.Cost - budget.Limit) / _options.Rounds;
        for (int round = 0; round < _options.Rounds; round++, onRound())
        {
            double goal = round + 1 < _options.Rounds ? Math.Max(budget.Limit, gates.Cost - part) : budget.Limit;
            double[] dots = gates.Dots();
            foreach (int gate in gates.Open.OrderBy(k => gates.ChangeOnClosing(k, dots[k]) / gates.Costs[k]).ToList())
            {
                if (gates.Cost > goal && gates.MayClose(gate))
                {
                    gates.Close(gate);
                }
            }
        }

        // Blocks of unequal cost may leave room for one that went before the last.
        foreach (int gate in gates.Closed.ToList())
        {
            if (gates.Cost + gates.Costs[gate] <= budget.Limit && gates.ChangeOnOpening(gate) < 0)
            {
                gates.OpenUp(gate);
            }
        }
    }

    // The blocks that would go best against those that would come back best, each with a few of about its rank; every swap is judged as
    // things then stand.
    private bool Swap(GateSet gates)
    {
        double[] dots = gates.Dots();
        var closing = gates.Open.OrderBy(gate => gates.ChangeOnClosing(gate, dots[gate])).ToList();
        var opening = gates.Closed.OrderBy(gate => gates.ChangeOnOpening(gate, dots[gate])).ToList();
        double least = -1e-9 * gates.Objective; // gains below rounding could swap for ever
        bool any = false;
        for (int rank = 0; rank < Math.Min(closing.Count, opening.Count + (Partners / 2)); rank++)
        {
            int gate = closing[rank];
            var partners = opening.Skip(Math.Max(0, rank - (Partners / 2))).Take(Partners)
                .Where(other => !gates.IsOpen(other) && gates.MaySwap(gate, other)
                    && gates.Cost - gates.Costs[gate] + gates.Costs[other] <= budget.Limit)
                .Select(other => (Gate: other, Change: gates.ChangeOnSwap(gate, other))).ToList();
            if (partners.Count > 0 && partners.MinBy(partner => partner.Change) is var best && best.Change < least)
            {
                gates.OpenUp(best.Gate);
                gates.Close(gate);
                any = true;
            }
        }

        return any;
    }

    private static List<LayerImportances> Independent(IReadOnlyList<LayerGateGradients> layers, GateColumns fit, double ridge)
    {
        var all = new List<LayerImportances>();
        int gate = 0;
        foreach (var layer in layers)
        {
            var importances = new LayerImportances(layer.LayerName, layer.Blocks);
            for (int block = 0; block < layer.Blocks.TotalBlocks; block++, gate++)
            {
                importances[block / layer.Blocks.BlockColumns, block % layer.Blocks.BlockColumns] =
                    ((fit.Square(gate) / fit.Images) + ridge) / 2;
            }

            all.Add(importances);
        }

        return all;
    }
}
