namespace Microsoft.ML.BlockPruning.Pruning.Budgets;

/// <summary>Milliseconds of one layer by the share of its blocks that is kept.</summary>
/// <remarks>
/// Block-sparse between the measured levels: linear, and never falling, so that noise does not reward keeping more. With every block
/// kept the layer is dense and takes the dense time, which may be less than that of a block-sparse one with nearly all of them.
/// </remarks>
internal sealed class LatencyCurve
{
    private readonly double[] _sparse;

    /// <summary>Creates a curve.</summary>
    /// <param name="sparse">Milliseconds at kept shares 0, 1/n … 1 of the block-sparse layer, two or more; positive.</param>
    /// <param name="dense">Milliseconds of the dense layer; positive.</param>
    /// <exception cref="ArgumentException">There are too few, or one is not a positive number.</exception>
    public LatencyCurve(IReadOnlyList<double> sparse, double dense)
    {
        ArgumentNullException.ThrowIfNull(sparse);
        if (sparse.Count < 2 || !sparse.Append(dense).All(time => double.IsFinite(time) && time > 0))
        {
            throw new ArgumentException(
                $"A latency curve needs two or more positive times, found {string.Join(", ", sparse)} and {dense} for the dense layer.",
                nameof(sparse));
        }

        _sparse = [.. sparse];
        for (int i = 1; i < _sparse.Length; i++)
        {
            _sparse[i] = Math.Max(_sparse[i], _sparse[i - 1]);
        }

        Dense = dense;
    }

    public double Dense { get; }

    /// <summary>Milliseconds at kept shares 0, 1/n … 1 of the block-sparse layer; they never fall.</summary>
    public IReadOnlyList<double> Sparse => _sparse;

    /// <summary>Milliseconds block-sparse without a block.</summary>
    public double Empty => _sparse[0];

    /// <summary>The same shape, all times multiplied.</summary>
    public LatencyCurve Times(double factor) => new([.. _sparse.Select(time => time * factor)], Dense * factor);

    /// <summary>Milliseconds with some of the blocks.</summary>
    public double At(int kept, int total)
    {
        if (kept == total)
        {
            return Dense;
        }

        double position = (double)kept / total * (_sparse.Length - 1);
        int level = (int)position;
        return _sparse[level] + ((position - level) * (_sparse[level + 1] - _sparse[level]));
    }
}
