using Microsoft.ML.BlockPruning.Calibration;
using Microsoft.ML.BlockPruning.Networks;
using Microsoft.ML.BlockPruning.Sparsity;
using Microsoft.ML.BlockPruning.Torch;
using static TorchSharp.torch;

namespace Microsoft.ML.BlockPruning.Pruning.Refit;

/// <summary>Solves the refit of one layer, row strip by row strip, in float64.</summary>
/// <remarks>
/// Per strip R with kept columns K: W = argmin Σ e ‖y − W [x_K, 1]‖² + λ ‖W − W_dense[R, K]‖², λ = 0.01 · mean diagonal of Σ e x xᵀ; the
/// bias is free. All rows of a strip share K, so one Cholesky factorization serves them, and every strip with the same K. One is held at
/// a time: of 3,072 inputs half kept it is 19 MB, and a layer has 48 strips.
/// </remarks>
internal sealed class StripSolver(PrunableLayer layer, BlockMask mask)
{
    private const double Ridge = 0.01;

    /// <summary>Solves.</summary>
    /// <param name="moments">The layer's normal equations; not changed.</param>
    /// <param name="onStrip">Called after each row strip; it may throw to cancel.</param>
    /// <returns>New weights, zero in removed blocks, and biases.</returns>
    /// <exception cref="ArithmeticException">A fitted weight is not finite.</exception>
    public LinearWeights Solve(RefitMoments moments, Action onStrip)
    {
        using var scope = NewDisposeScope();
        var fitted = new LinearWeights(layer.Name, layer.Weights.OutFeatures, layer.Weights.InFeatures);
        var dense = TorchDevice.Put(tensor(layer.Weights.Weight, float64)).reshape(layer.Weights.OutFeatures, layer.Weights.InFeatures);
        for (int g = 0; g < layer.Groups.Count; g++)
        {
            var group = layer.Groups[g];
            var (damped, ridge) = Damped(moments.Inputs[g]);

            // Adding λ W_dense on the right is the pull towards the dense weights.
            var right = moments.Targets[g].clone();
            right.narrow(1, 0, layer.Weights.InFeatures).Accumulate(dense.narrow(0, group.FirstRow, group.Rows).Times(ridge));
            double[] entries = TorchDevice.Read<double>(damped);
            foreach (int[] strips in Enumerable.Range(group.FirstStrip, group.Strips).GroupBy(SupportOf, (_, strips) => strips.ToArray()))
            {
                SolveStrips(strips, group, entries, right, fitted, onStrip);
            }
        }

        return fitted;
    }

    // All rows at once: reading the factor is what a few rows would take their time for.
    private void SolveStrips(
        int[] strips, RowGroup group, double[] damped, Tensor right, LinearWeights fitted, Action onStrip)
    {
        using var scope = NewDisposeScope();
        int[] kept = [.. KeptInputs(strips[0]), layer.Weights.InFeatures];
        int[] rows = [.. strips.SelectMany(strip => Enumerable.Range(strip * mask.Shape.Height, mask.HeightOf(strip)))];
        var wanted = right.index_select(0, Positions(rows.Select(row => row - group.FirstRow))).index_select(1, Positions(kept));
        var solution = cholesky_solve(wanted.t(), linalg.cholesky(Selected(damped, kept))).t().to(float32).contiguous();
        float[] values = TorchDevice.Read<float>(solution);
        for (int i = 0, first = 0; i < strips.Length; i++)
        {
            int height = mask.HeightOf(strips[i]);
            Set(fitted, strips[i], kept, values.AsSpan(first * kept.Length, height * kept.Length));
            first += height;
            onStrip();
        }
    }

    private static Tensor Positions(IEnumerable<int> places) =>
        TorchDevice.Put(tensor(places.Select(place => (long)place).ToArray(), int64));

    private string SupportOf(int strip) =>
        string.Concat(Enumerable.Range(0, mask.BlockColumns).Select(column => mask[strip, column] ? '1' : '0'));

    // Rows and columns of a symmetric matrix. Kept inputs come in blocks, so runs are copied; libtorch takes number by number.
    private Tensor Selected(double[] matrix, int[] kept)
    {
        int side = layer.Weights.InFeatures + 1;
        double[] selected = GC.AllocateUninitializedArray<double>(checked(kept.Length * kept.Length));
        Parallel.For(0, kept.Length, row =>
        {
            var from = matrix.AsSpan(kept[row] * side, side);
            var to = selected.AsSpan(row * kept.Length, kept.Length);
            for (int first = 0, end; first < kept.Length; first = end)
            {
                for (end = first + 1; end < kept.Length && kept[end] == kept[end - 1] + 1; end++)
                {
                }

                from.Slice(kept[first], end - first).CopyTo(to[first..]);
            }
        });
        return TorchDevice.Put(tensor(selected)).reshape(kept.Length, kept.Length);
    }

    // values: [rows of the strip, kept].
    private void Set(LinearWeights fitted, int strip, int[] kept, ReadOnlySpan<float> values)
    {
        if (values.ContainsAnyExceptInRange(float.MinValue, float.MaxValue)) // infinite ones, and NaN, which is in no range
        {
            throw new ArithmeticException($"The refit of '{layer.Name}' gives weights that are not finite in row strip {strip}.");
        }

        int firstRow = strip * mask.Shape.Height;
        for (int row = 0; row < mask.HeightOf(strip); row++)
        {
            var source = values.Slice(row * kept.Length, kept.Length);
            var target = fitted.Weight.AsSpan((firstRow + row) * fitted.InFeatures, fitted.InFeatures);
            for (int k = 0; k < kept.Length - 1; k++)
            {
                target[kept[k]] = source[k];
            }

            fitted.Bias[firstRow + row] = source[^1];
        }
    }

    private IEnumerable<int> KeptInputs(int strip)
    {
        for (int column = 0; column < mask.BlockColumns; column++)
        {
            for (int i = 0; mask[strip, column] && i < mask.WidthOf(column); i++)
            {
                yield return (column * mask.Shape.Width) + i;
            }
        }
    }

    private static (Tensor Damped, double Ridge) Damped(Tensor inputs)
    {
        var damped = inputs.clone();
        var diagonal = damped.diagonal().narrow(0, 0, damped.shape[0] - 1);
        double mean = TorchDevice.ReadOne<double>(diagonal.mean());

        // Inputs that are zero throughout say nothing; any ridge then gives back the dense weights.
        double ridge = mean > 0 ? Ridge * mean : 1;
        diagonal.Accumulate(ridge);
        return (damped, ridge);
    }
}
