namespace Microsoft.ML.BlockPruning.Benchmarks.Lpvit;

/// <summary>The rate-distortion curve δ(α) of one layer, as LPViT's public code computes it.</summary>
/// <remarks>
/// <para>
/// At α = d / 100, d = 0 … 100, with Δ_d the change of the weights (−w in pruned tiles), dd = Δ_d − Δ_{d−1}, g the mean gradient, n the
/// weights of the layer and κ = 1e-7:
/// <code>
/// first(d)  = mean over all weights of (Δ_d g)²
/// second(0) = 0
/// second(d) = second(d−1) + ½ (dd + 2 Δ_d)ᵀ [ g (gᵀ dd) + κ on the entries where dd is not zero ]
/// δ(d)      = first(d) + second(d)
/// </code>
/// </para>
/// <para>
/// Kept as they are, because the published masks have them: the Hessian is the outer product of one mean gradient; dd + 2 Δ_d counts dd
/// twice (2 Δ_d − dd would telescope); κ is added as a constant instead of κ · dd; a mean is added to a sum.
/// Source: LPViT (ECCV 2024), <c>gen_rd_curves_block_approx</c> and <c>hessian_deltaw</c>. Here in float64, there in float32.
/// </para>
/// <para>
/// Pruned tiles are nested and Δ is −w in them, so all terms are sums over tiles. Cost: a sort of the tiles; the code takes 101 passes.
/// </para>
/// </remarks>
internal static class LpvitCurve
{
    /// <summary>Points of the grid: α = 0, 0.01 … 1.</summary>
    public const int Points = 101;

    private const double Damping = 1e-7;

    /// <summary>The grid.</summary>
    public static double AmountAt(int point) => point / (double)(Points - 1);

    /// <summary>Computes a curve.</summary>
    /// <param name="tiles">The layer's sums.</param>
    /// <param name="weights">Weights of the layer.</param>
    /// <param name="secondOrder">Whether second(d) is part of it.</param>
    /// <returns>[101] distortion.</returns>
    public static double[] Of(LpvitTiles tiles, long weights, bool secondOrder)
    {
        int[] order = LpvitTiles.Ascending(tiles.TaylorScore);
        double[] curve = new double[Points];
        int pruned = 0;
        double squares = 0; // Σ (Δ g)²
        double products = 0; // −gᵀ Δ
        double second = 0;
        for (int d = 0; d < Points; d++)
        {
            double newProducts = 0; // −gᵀ dd
            double newWeights = 0; // −Σ dd
            for (; pruned < order.Length - LpvitTiles.KeptAt(AmountAt(d), order.Length); pruned++)
            {
                squares += tiles.SquaredProduct[order[pruned]];
                newProducts += tiles.Product[order[pruned]];
                newWeights += tiles.Weight[order[pruned]];
            }

            products += newProducts;

            // Where dd is not zero it equals Δ_d, so the entries of dd + 2 Δ_d there add up to −3 Σ w.
            second += 0.5 * (((newProducts + (2 * products)) * newProducts) - (Damping * 3 * newWeights));
            curve[d] = (squares / weights) + (secondOrder ? second : 0);
        }

        return curve;
    }
}
