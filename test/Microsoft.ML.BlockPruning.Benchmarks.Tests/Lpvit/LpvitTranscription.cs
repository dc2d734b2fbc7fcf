using Microsoft.ML.BlockPruning.Benchmarks.Lpvit;

namespace Microsoft.ML.BlockPruning.Benchmarks.Tests.Lpvit;

/// <summary>LPViT's public code line by line, on whole arrays in float64: the oracle of the product's shortcuts.</summary>
internal static class LpvitTranscription
{
    private static readonly double[] Amounts = [.. Enumerable.Range(0, 101).Select(d => d / 100.0)];

    /// <summary>gen_rd_curves_block_approx before smoothing: mask, Δ, ΔΔ, Hessian product at each of 101 points.</summary>
    public static double[] Curve(LpvitLayer layer, bool secondOrder)
    {
        double[] w = [.. layer.Weights.Select(value => (double)value)];
        double[] g = [.. layer.MeanGradients.Select(value => (double)value)];
        double[] scores = [.. w.Zip(g, (weight, gradient) => Math.Abs(weight * gradient))];
        double[] curve = new double[101];
        double[] previous = w;
        double second = 0;
        for (int d = 0; d <= 100; d++)
        {
            bool[] kept = Kept(layer, scores, Amounts[d]);
            double[] pruned = [.. w.Zip(kept, (weight, keep) => keep ? weight : 0)];
            double[] delta = [.. pruned.Zip(w, (p, dense) => p - dense)];
            if (d > 0 && secondOrder)
            {
                double[] step = [.. pruned.Zip(previous, (p, before) => p - before)];
                double along = Enumerable.Range(0, w.Length).Where(j => step[j] != 0).Sum(j => g[j] * step[j]);
                second += 0.5 * Enumerable.Range(0, w.Length).Sum(
                    j => (step[j] + (2 * delta[j])) * ((g[j] * along) + (step[j] != 0 ? 1e-7 : 0)));
            }

            previous = pruned;
            curve[d] = Enumerable.Range(0, w.Length).Average(j => delta[j] * g[j] * delta[j] * g[j]) + second;
        }

        return curve;
    }

    /// <summary>RDPruner without the power term and FLOPs = kept weights: whether each weight of each layer stays.</summary>
    public static bool[][] Prune(LpvitLayer[] layers, double amount, double smoothing, int step, double minSp)
    {
        minSp = Math.Min(minSp, (1 - amount) / 2);
        double[][] slopes = [.. layers.Select(layer => Derivative(Smooth(Curve(layer, secondOrder: true), smoothing), step))];
        double[] At(double s) => [.. slopes.Select(d => Math.Min(1 - minSp, Amounts[ArgMin(d, Math.Pow(2, s))]))];

        double Flops(double s)
        {
            double[] amounts = At(s);
            int kept = layers.Select((layer, l) => Kept(
                layer, [.. layer.Weights.Zip(layer.MeanGradients, (w, g) => (double)Math.Abs(w * g))], amounts[l]).Count(k => k)).Sum();
            return -kept / (double)layers.Sum(layer => layer.Weights.Length);
        }

        double found = BinarySearch(Flops, -amount);
        double[] final = At(found);
        return [.. layers.Select((layer, l) => Kept(layer, [.. layer.Weights.Select(w => (double)Math.Abs(w))], final[l]))];
    }

    private static bool[] Kept(LpvitLayer layer, double[] scores, double amount)
    {
        var shape = layer.Blocks.Shape;
        int columns = layer.Blocks.Columns;
        var tiles = Enumerable.Range(0, scores.Length)
            .GroupBy(j => (j / columns / shape.Height, j % columns / shape.Width))
            .OrderByDescending(tile => tile.Average(j => scores[j])).ToList();
        int keep = amount <= 0 ? tiles.Count : (int)((float)(1 - amount) * tiles.Count);
        bool[] kept = new bool[scores.Length];
        tiles.Take(keep).SelectMany(tile => tile).ToList().ForEach(j => kept[j] = true);
        return kept;
    }

    private static double[] Smooth(double[] y, double w) =>
        [.. y.Select((_, n) => Enumerable.Range(0, n + 1).Sum(i => (1 - w) * Math.Pow(w, n - i) * y[i]) / (1 - Math.Pow(w, n + 1)))];

    private static double[] Derivative(double[] y, int h)
    {
        var results = new List<double>();
        for (int i = 0; i < 100; i++)
        {
            int hi = Math.Min(h, Math.Min(i, 101 - i - 1));
            results.Add((hi < 2, i < 2, 101 - i < 3) switch
            {
                (true, true, _) => (y[i + 1] - y[i]) / (Amounts[i + 1] - Amounts[i]),
                (true, _, true) => (y[i + 1] - y[i - 1]) / (Amounts[i + 1] - Amounts[i - 1]),
                _ => (-y[i + hi] + (8 * y[i + (int)(hi / 2.0)]) - (8 * y[i - (int)(hi / 2.0)]) + y[i - hi])
                    / (6 * (Amounts[i + hi] - Amounts[i])),
            });
        }

        return [.. results];
    }

    private static int ArgMin(double[] slopes, double slope) =>
        Enumerable.Range(0, slopes.Length).MinBy(i => Math.Abs(slopes[i] - slope));

    private static double BinarySearch(Func<double, double> target, double value)
    {
        double l = -100, r = 100, mid = 0;
        int count = 0;
        while (l < r)
        {
            mid = (l + r) / 2;
            double y = target(mid);
            if (Math.Abs(y - value) <= 0.02)
            {
                return mid;
            }

            _ = y < value ? l = mid : r = mid;
            if (++count >= 40)
            {
                double yl = Math.Abs(target(l) - value), yr = Math.Abs(target(r) - value), ym = Math.Abs(y - value);
                mid = ym > yl && yr > yl ? l : ym > yr && yl > yr ? r : mid;
                break;
            }
        }

        return mid;
    }
}
