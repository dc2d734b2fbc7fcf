namespace Microsoft.ML.BlockPruning.Pruning.Criteria;

/// <summary>
/// Removes the column blocks of one row strip one by one, each time the one whose loss hurts least after all others have adapted.
/// </summary>
/// <remarks>
/// Optimal brain surgeon on blocks (Hassibi &amp; Stork, 1993; Frantar &amp; Alistarh, OBC, NeurIPS 2022): with H the inverse of the damped
/// input covariance and W the strip scaled by a root of its gradient covariance, removing block c costs ½‖L⁻¹ W_cᵀ‖², L Lᵀ = H_cc, and the
/// others adapt by W −= W_c H_cc⁻¹ H_c. Removing blocks one after another is a block Cholesky factorization of H with the pivots chosen on
/// the way: V_c = L⁻¹ H_c is its row panel, and H − Σ VᵀV is what is left of H. As in LAPACK's pivoted factorization (dpstrf) that matrix
/// is brought up to date once in <see cref="Delay"/> removals, its lower half alone; between them only its diagonal blocks are, and the
/// chosen row is computed from the few panels since. i³/6 multiply-adds for i inputs; the matrix is read an eighth as often as a row
/// computed from all panels would read them, which for 3,072 inputs comes from memory. One object is a workspace for any number of strips;
/// a thread needs one of its own.
/// </remarks>
internal sealed unsafe class ObsPath
{
    // The panels of eight removals are 3 MB at 3,072 inputs.
    private const int Delay = 8;

    private readonly BlockedMatrix _inverse;
    private readonly int _height;
    private readonly int _side;
    private readonly int _delay; // no more panels than blocks there are to remove
    private readonly double[] _left;
    private readonly double[] _diagonal;
    private readonly double[] _weights;
    private readonly double[] _panels;
    private readonly double[] _factor;
    private readonly double[] _solved;
    private readonly List<int> _live;

    /// <summary>Creates the workspace.</summary>
    /// <param name="inverse">Inverse of the damped input covariance; shared by all strips, never written.</param>
    /// <param name="height">Rows of a strip.</param>
    public ObsPath(BlockedMatrix inverse, int height)
    {
        _inverse = inverse;
        _height = BlockAlgebra.Padded(height);
        _side = inverse.Side;
        _delay = Math.Min(Delay, inverse.Blocks);
        _left = new double[inverse.Values.Length];
        _diagonal = new double[inverse.Blocks * _side * _side];
        _weights = new double[inverse.Blocks * _side * _height];
        _panels = new double[checked(inverse.Blocks * _delay * _side * _side)];
        _factor = new double[_side * _side];
        _solved = new double[_side * _height];
        _live = new List<int>(inverse.Blocks);
    }

    /// <summary>Walks the path of one strip to its end.</summary>
    /// <param name="weights">[in, height]: the strip scaled by the gradient root and transposed.</param>
    /// <param name="height">Rows of the strip, as in the constructor.</param>
    /// <param name="blockWidth">Inputs of a column block; the last may hold fewer.</param>
    /// <param name="order">[blocks] column blocks in the order of their removal.</param>
    /// <param name="errors">[blocks] error added by each removal, at least zero.</param>
    public void Run(ReadOnlySpan<double> weights, int height, int blockWidth, Span<int> order, Span<double> errors)
    {
        Load(weights, height, blockWidth);
        fixed (double* left = _left, diagonal = _diagonal, strip = _weights, panels = _panels, factor = _factor, solved = _solved)
        {
            for (int step = 0; step < order.Length; step++)
            {
                int best = Cheapest(diagonal, strip, factor, solved, out errors[step]);
                order[step] = best;
                _live.Remove(best);
                Remove(best, step % _delay, left, diagonal, strip, panels, factor, solved);
                if (step % _delay == _delay - 1)
                {
                    BringUpToDate(left, panels);
                }
            }
        }
    }

    private void Load(ReadOnlySpan<double> weights, int height, int blockWidth)
    {
        int blocks = _inverse.Blocks;
        _inverse.Values.CopyTo(_left, 0);
        Array.Clear(_weights);
        for (int i = 0; i < weights.Length / height; i++)
        {
            int row = (i / blockWidth * _side) + (i % blockWidth);
            weights.Slice(i * height, height).CopyTo(_weights.AsSpan(row * _height, height));
        }

        int square = _side * _side;
        _live.Clear();
        for (int block = 0; block < blocks; block++)
        {
            _inverse.Values.AsSpan(((block * blocks) + block) * square, square).CopyTo(_diagonal.AsSpan(block * square));
            _live.Add(block);
        }
    }

    // The first of equals wins, so equal scores have one order.
    private int Cheapest(double* diagonal, double* strip, double* factor, double* solved, out double error)
    {
        int best = -1;
        error = double.PositiveInfinity;
        foreach (int block in _live)
        {
            double candidate = Solve(block, diagonal, strip, factor, solved);
            if (best < 0 || candidate < error)
            {
                (best, error) = (block, candidate);
            }
        }

        return best;
    }

    // factor = Lᵀ, solved = L⁻¹ W_cᵀ; returns ½‖solved‖².
    private double Solve(int block, double* diagonal, double* strip, double* factor, double* solved)
    {
        int length = _side * _height;
        BlockAlgebra.Factor(diagonal + ((long)block * _side * _side), _side, factor);
        new ReadOnlySpan<double>(strip + ((long)block * length), length).CopyTo(new Span<double>(solved, length));
        BlockAlgebra.SolveLower(factor, _side, _height, solved);
        return BlockAlgebra.SumOfSquares(solved, length) / 2;
    }

    // since: removals since the matrix was brought up to date.
    private void Remove(
        int removed, int since, double* left, double* diagonal, double* strip, double* panels, double* factor, double* solved)
    {
        long square = _side * _side;
        Solve(removed, diagonal, strip, factor, solved);
        double* pivot = PanelOf(removed, panels);
        foreach (int block in _live)
        {
            // Panel of a column block: [since · side, side], one square per removal; this removal's goes to its end.
            double* panel = PanelOf(block, panels);
            double* next = panel + (since * square);
            CopyLeft(removed, block, left, next);
            BlockAlgebra.SubtractTransposedProduct(pivot, panel, (long)since * _side, _side, _side, next);
            BlockAlgebra.SolveLower(factor, _side, _side, next);
            BlockAlgebra.SubtractTransposedProduct(next, next, _side, _side, _side, diagonal + (block * square));
            BlockAlgebra.SubtractTransposedProduct(next, solved, _side, _side, _height, strip + ((long)block * _side * _height));
        }
    }

    private double* PanelOf(int block, double* panels) => panels + ((long)block * _delay * _side * _side);

    private double* LeftOf(int row, int column, double* left) => left + ((((long)row * _inverse.Blocks) + column) * _side * _side);

    // Only blocks below the diagonal are up to date.
    private void CopyLeft(int row, int column, double* left, double* to)
    {
        if (row > column)
        {
            BlockAlgebra.Copy(LeftOf(row, column, left), _side, to);
        }
        else
        {
            BlockAlgebra.CopyTransposed(LeftOf(column, row, left), _side, to);
        }
    }

    // The diagonal blocks are kept elsewhere, and up to date at all times.
    private void BringUpToDate(double* left, double* panels)
    {
        for (int i = 1; i < _live.Count; i++)
        {
            double* panel = PanelOf(_live[i], panels);
            for (int j = 0; j < i; j++)
            {
                BlockAlgebra.SubtractTransposedProduct(
                    panel, PanelOf(_live[j], panels), _delay * _side, _side, _side, LeftOf(_live[i], _live[j], left));
            }
        }
    }
}
