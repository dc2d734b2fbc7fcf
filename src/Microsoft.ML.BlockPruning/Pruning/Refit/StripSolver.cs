using Microsoft.ML.BlockPruning.Calibration;
using Microsoft.ML.BlockPruning.Networks;
using Microsoft.ML.BlockPruning.Sparsity;
using Microsoft.ML.BlockPruning.Torch;
using static TorchSharp.torch;

namespace Microsoft.ML.BlockPruning.Pruning.Refit;

/// <summary>Solves the refit of one layer, row strip by row strip, in float64.</summary>
/// <remarks>
/// Per strip R with kept columns K: W = argmin Σ e ‖y − W [x_K, 1]‖² + λ ‖W − W_dense[R, K]‖², λ = 0.01 · mean diagonal of Σ e x xᵀ; the
/// bias
/// is free. All rows of a strip share K, so one Cholesky factorization serves them, and every strip with the same K.
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
            var factors = new Dictionary<string, Tensor>(StringComparer.Ordinal);
            for (int strip = group.FirstStrip; strip < group.FirstStrip + group.Strips; strip++)
            {
                SolveStrip(strip, group, damped, right, factors, fitted);
                onStrip();
            }
        }

        return fitted;
    }

    private void SolveStrip(
        int strip, RowGroup group, Tensor damped, Tensor right, Dictionary<string, Tensor> factors, LinearWeights fitted)
    {
        using var scope = NewDisposeScope();
        int inFeatures = layer.Weights.InFeatures;
        int height = mask.HeightOf(strip);
        int firstRow = strip * mask.Shape.Height;
        long[] kept = [.. KeptInputs(strip), inFeatures];
        var columns = TorchDevice.Put(tensor(kept, int64));
        string support = string.Concat(Enumerable.Range(0, mask.BlockColumns).Select(column => mask[strip, column] ? '1' : '0'));
        if (!factors.TryGetValue(support, out var factor))
        {
            factor = linalg.cholesky(damped.index_select(0, columns).index_select(1, columns)).MoveToOuterDisposeScope();
            factors.Add(support, factor);
        }

        var rows = right.narrow(0, firstRow - group.FirstRow, height).index_select(1, columns);
        var solution = cholesky_solve(rows.t(), factor).t().to(float32).contiguous();
        if (!TorchDevice.Current.AreFinite(solution))
        {
            throw new ArithmeticException($"The refit of '{layer.Name}' gives weights that are not finite in row strip {strip}.");
        }

        var values = TorchDevice.Read<float>(solution).AsSpan();
        for (int row = 0; row < height; row++)
        {
            var source = values.Slice(row * kept.Length, kept.Length);
            var target = fitted.Weight.AsSpan((firstRow + row) * inFeatures, inFeatures);
            for (int k = 0; k < kept.Length - 1; k++)
            {
                target[(int)kept[k]] = source[k];
            }

            fitted.Bias[firstRow + row] = source[^1];
        }
    }

    private IEnumerable<long> KeptInputs(int strip)
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
