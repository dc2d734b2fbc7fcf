using Microsoft.ML.BlockPruning.Pruning.Bases;

namespace Microsoft.ML.BlockPruning.Tests.Pruning.Bases;

[TestClass]
public sealed class UnitStripsTests
{
    /// <summary>Six units in strips of two over three tiles: the best of all partitions, by trying each.</summary>
    [TestMethod]
    public void Run_OfAToyFindsTheBestPartition()
    {
        const int units = 6, tiles = 3, strip = 2;
        for (int seed = 0; seed < 20; seed++)
        {
            var random = new Random(seed);

            // Each unit reads one tile and a little of the others, as what dies together does.
            double[] energies = [.. Enumerable.Range(0, units * tiles)
                .Select(i => (i / tiles % tiles == i % tiles ? 1 : 0.01) * (0.5 + random.NextDouble()))];
            int[] order = [.. Enumerable.Range(0, units)];
            random.Shuffle(order);

            int[] found = new UnitStrips(order, energies, tiles, strip).Run();

            CollectionAssert.AreEquivalent(order, found);
            double best = Permutations(units).Min(permutation => Cost(permutation, energies, tiles, strip));
            Assert.AreEqual(best, Cost(found, energies, tiles, strip), 1e-9, $"seed {seed}");
        }
    }

    /// <summary>Tiles in whole vectors and beside them: two passes of best swaps, each judged by the whole sum anew.</summary>
    [TestMethod]
    [DataRow(1)]
    [DataRow(7)]
    [DataRow(8)]
    [DataRow(9)]
    [DataRow(17)]
    public void Run_SwapsWhatGainsMost(int tiles)
    {
        const int units = 24, strip = 4, passes = 2;
        var random = new Random(tiles);
        double[] energies = [.. Enumerable.Range(0, units * tiles).Select(_ => Math.Pow(random.NextDouble(), 4))];
        int[] order = [.. Enumerable.Range(0, units)];

        int[] found = new UnitStrips(order, energies, tiles, strip).Run();

        for (int turn = 0; turn < passes * units; turn++)
        {
            int place = turn % units;
            double before = Cost(order, energies, tiles, strip);
            int[] best = Enumerable.Range(0, units).Select(other => Swapped(order, place, other))
                .MinBy(swapped => Cost(swapped, energies, tiles, strip))!;
            order = Cost(best, energies, tiles, strip) < before - 1e-9 ? best : order;
        }

        string[] expected = [.. Strips(order)], strips = [.. Strips(found)];
        CollectionAssert.AreEquivalent(expected, strips);

        static IEnumerable<string> Strips(int[] order) => order.Chunk(strip).Select(units => string.Join(' ', units.Order()));
    }

    /// <summary>A last strip that is not whole stays the last: it has fewer rows.</summary>
    [TestMethod]
    public void Run_KeepsARaggedStripLastAndPutsStrongOnesFirst()
    {
        double[] energies = [1, 9, 4, 8, 2, 3, 7];

        int[] found = new UnitStrips(Enumerable.Range(0, 7), energies, tiles: 1, strip: 2).Run();

        double[] strips = [.. found[..6].Chunk(2).Select(strip => strip.Sum(unit => energies[unit]))];
        CollectionAssert.AreEqual(strips.OrderDescending().ToArray(), strips);
        CollectionAssert.AreEquivalent(Enumerable.Range(0, 7).ToArray(), found);
    }

    /// <summary>Nothing to tell them apart: the order that was given.</summary>
    [TestMethod]
    public void Run_OfEqualUnitsKeepsTheOrder()
    {
        int[] order = [3, 1, 0, 2];

        CollectionAssert.AreEqual(order, new UnitStrips(order, new double[8], tiles: 2, strip: 2).Run());
    }

    private static double Cost(IReadOnlyList<int> order, double[] energies, int tiles, int strip) => order.Chunk(strip).Sum(
        units => Enumerable.Range(0, tiles).Sum(tile => Math.Sqrt(units.Sum(unit => energies[(unit * tiles) + tile]))));

    private static int[] Swapped(int[] order, int one, int other)
    {
        int[] swapped = [.. order];
        (swapped[one], swapped[other]) = (swapped[other], swapped[one]);
        return swapped;
    }

    private static IEnumerable<int[]> Permutations(int count) => count == 0
        ? [[]]
        : Permutations(count - 1).SelectMany(
            rest => Enumerable.Range(0, count).Select(at => (int[])[.. rest[..at], count - 1, .. rest[at..]]));
}
