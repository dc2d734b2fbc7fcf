using System.Runtime.Intrinsics;

namespace Microsoft.ML.BlockPruning.Pruning.Bases;

/// <summary>
/// Puts units into strips so that energy gathers in few tiles: least Σ √(energy of a tile), a group lasso over the tiles.
/// </summary>
/// <remarks>
/// Units begin in a given order and are swapped between strips as long as a swap lowers the sum (Yuan &amp; Lin, JRSS B 2006, for the
/// norm). Partners stand at most 512 places away, fewer where there are many units and tiles, so that the work does not grow. The first
/// of equal swaps is taken, so that the order is the same everywhere.
/// </remarks>
internal sealed class UnitStrips
{
    private const int Passes = 2;
    private const int LargestReach = 512;

    // float64 values of a vector; narrower machines run it as two or four, with the same sums.
    private const int Lanes = 8;

    // Pairs times tiles of a pass: a second or so.
    private const double Work = 1e8;

    // A gain below this share of the two strips' sums is rounding.
    private const double LeastGain = 1e-9;

    private readonly double[] _energies;
    private readonly int _tiles;
    private readonly int _strip;
    private readonly int[] _units;
    private readonly double[] _sums;
    private readonly double[] _roots;
    private readonly int _reach;

    /// <summary>Begins with an order.</summary>
    /// <param name="order">The units, strip after strip.</param>
    /// <param name="energies">[units, tiles]: what a unit adds to each tile of its strip, at least 0.</param>
    /// <param name="tiles">Tiles of a strip.</param>
    /// <param name="strip">Units of a strip; the last may have fewer.</param>
    public UnitStrips(IEnumerable<int> order, double[] energies, int tiles, int strip)
    {
        (_strip, _units) = (strip, [.. order]);
        _tiles = (tiles + Lanes - 1) / Lanes * Lanes; // tiles without energy add nothing
        _reach = Math.Max(strip, (int)Math.Min(Work / ((double)_units.Length * tiles), LargestReach));
        _energies = new double[checked(_units.Length * _tiles)];
        _sums = new double[(_units.Length + strip - 1) / strip * _tiles];
        for (int place = 0; place < _units.Length; place++)
        {
            int unit = _units[place];
            energies.AsSpan(unit * tiles, tiles).CopyTo(_energies.AsSpan(unit * _tiles));
            for (int tile = 0; tile < tiles; tile++)
            {
                _sums[(place / strip * _tiles) + tile] += energies[(unit * tiles) + tile];
            }
        }

        _roots = [.. Enumerable.Range(0, _sums.Length / _tiles).Select(RootOf)];
    }

    /// <summary>Swaps until nothing is gained, and gives the units, strip after strip, strong strips first.</summary>
    public int[] Run()
    {
        // Strips of one unit, or one strip of all, have nothing to swap.
        bool canGain = _strip > 1 && _strip < _units.Length;
        for (int pass = 0; canGain && pass < Passes && Pass(); pass++)
        {
        }

        int whole = _units.Length / _strip;
        var strips = Enumerable.Range(0, whole)
            .OrderByDescending(strip => Energy(strip)).Select(strip => _units.AsSpan(strip * _strip, _strip).ToArray());
        return [.. strips.SelectMany(units => units), .. _units.AsSpan(whole * _strip)];
    }

    private double Energy(int strip)
    {
        double sum = 0;
        for (int tile = 0; tile < _tiles; tile++)
        {
            sum += _sums[(strip * _tiles) + tile];
        }

        return sum;
    }

    // Each unit changes places with the one that gains most, of those that are near in the order.
    private bool Pass()
    {
        bool hasGained = false;
        for (int place = 0; place < _units.Length; place++)
        {
            int best = -1;
            double most = 0;
            for (int other = Math.Max(0, place - _reach); other < Math.Min(_units.Length, place + _reach); other++)
            {
                if (other / _strip != place / _strip && GainOf(place, other) is var gain && gain > most)
                {
                    (best, most) = (other, gain);
                }
            }

            if (best >= 0)
            {
                Swap(place, best);
                hasGained = true;
            }
        }

        return hasGained;
    }

    private double GainOf(int place, int other)
    {
        var here = _sums.AsSpan(place / _strip * _tiles, _tiles);
        var there = _sums.AsSpan(other / _strip * _tiles, _tiles);
        var mine = _energies.AsSpan(_units[place] * _tiles, _tiles);
        var theirs = _energies.AsSpan(_units[other] * _tiles, _tiles);
        var sum = Vector512<double>.Zero;
        for (int tile = 0; tile < here.Length; tile += Lanes)
        {
            var moved = Vector512.Create<double>(theirs[tile..]) - Vector512.Create<double>(mine[tile..]);
            sum += Vector512.Sqrt(Vector512.Max(Vector512<double>.Zero, Vector512.Create<double>(here[tile..]) + moved));
            sum += Vector512.Sqrt(Vector512.Max(Vector512<double>.Zero, Vector512.Create<double>(there[tile..]) - moved));
        }

        double after = Vector512.Sum(sum);
        double before = _roots[place / _strip] + _roots[other / _strip];
        return before - after > LeastGain * before ? before - after : 0;
    }

    private double RootOf(int strip)
    {
        double sum = 0;
        foreach (double energy in _sums.AsSpan(strip * _tiles, _tiles))
        {
            sum += Math.Sqrt(energy);
        }

        return sum;
    }

    private void Swap(int place, int other)
    {
        var (here, there) = (place / _strip * _tiles, other / _strip * _tiles);
        var (mine, theirs) = (_units[place] * _tiles, _units[other] * _tiles);
        for (int tile = 0; tile < _tiles; tile++)
        {
            double moved = _energies[theirs + tile] - _energies[mine + tile];
            _sums[here + tile] = Math.Max(0, _sums[here + tile] + moved);
            _sums[there + tile] = Math.Max(0, _sums[there + tile] - moved);
        }

        (_units[place], _units[other]) = (_units[other], _units[place]);
        (_roots[place / _strip], _roots[other / _strip]) = (RootOf(place / _strip), RootOf(other / _strip));
    }
}
