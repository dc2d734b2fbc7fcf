using static TorchSharp.torch;

namespace Microsoft.ML.BlockPruning.Torch;

/// <summary>Σ e x xᵀ over batches, of which one triangle of squares is computed: float32 products, float64 sums.</summary>
/// <remarks>
/// Column panels of 256 (75 G multiply-adds a second and thread in libtorch, as the whole product): a panel of the weighted rows times all
/// columns up to its end. What lies right of the panels' diagonal squares is filled in by <see cref="Mirror"/>. At 1,537 features that is
/// 0.63 of the whole product's time, and a panel's float32 product stays in the cache until it is added.
/// </remarks>
internal static class SecondMoments
{
    private const long Panel = 256;

    /// <summary>sum += (e x)ᵀ x on and below the diagonal squares.</summary>
    /// <param name="sum">[features, features] float64.</param>
    /// <param name="x">[rows, features] float32.</param>
    /// <param name="weighted">[rows, features] float32: e x.</param>
    public static void Accumulate(Tensor sum, Tensor x, Tensor weighted)
    {
        long features = sum.shape[0];
        for (long first = 0; first < features; first += Panel)
        {
            using var scope = NewDisposeScope();
            long end = Math.Min(first + Panel, features);
            var rows = sum.narrow(0, first, end - first).narrow(1, 0, end);
            rows.Accumulate(weighted.narrow(1, first, end - first).t().mm(x.narrow(1, 0, end)));
        }
    }

    /// <summary>Throws where finite activations have overflown float32 in a product, before a factorization fails without a name.</summary>
    /// <param name="sum">A sum over tokens.</param>
    /// <param name="layer">The layer's name.</param>
    /// <exception cref="ArithmeticException">A sum is not finite.</exception>
    public static void CheckFinite(Tensor sum, string layer)
    {
        if (!IsFinite(sum))
        {
            throw new ArithmeticException(
                $"Second moments at '{layer}' are not finite: its activations are too large to square in " +
                "float32. Check the network's weights and the images' scale.");
        }
    }

    /// <summary>Whether all of a sum is finite.</summary>
    public static bool IsFinite(Tensor sum)
    {
        using var scope = NewDisposeScope();
        return double.IsFinite(TorchDevice.ReadOne<double>(sum.sum()));
    }

    /// <summary>Fills the rest in and makes the diagonal squares symmetric in the last bit, where float32 products are not.</summary>
    /// <param name="sum">What <see cref="Accumulate"/> has summed; changed in place. Once more changes nothing.</param>
    public static void Mirror(Tensor sum)
    {
        long features = sum.shape[0];
        for (long first = 0; first < features; first += Panel)
        {
            using var scope = NewDisposeScope();
            var rows = sum.narrow(0, first, Math.Min(Panel, features - first));
            var square = rows.narrow(1, first, rows.shape[0]);
            square.copy_(square.tril().Plus(square.tril(-1).t()));
            sum.narrow(0, 0, first).narrow(1, first, rows.shape[0]).copy_(rows.narrow(1, 0, first).t());
        }
    }
}
