namespace SampleKit;

/// <summary>Splits images into those that calibrate and those that test, class by class.</summary>
internal static class CalibrationSplit
{
    // Every fifth image calibrates: enough to estimate with, and most images stay for the test.
    private const int Stride = 5;
    private const int MaximumCalibration = 2000;

    /// <summary>Splits; the same rows in the same order give the same split.</summary>
    /// <param name="rows">The images of all classes.</param>
    /// <param name="labelOf">The class of an image.</param>
    /// <returns>The first, sixth, eleventh … image of every class, and the others, both in the rows' order.</returns>
    /// <exception cref="ArgumentException">A class has a single image.</exception>
    public static (IReadOnlyList<T> Calibration, IReadOnlyList<T> Test) Of<T, TLabel>(IReadOnlyList<T> rows, Func<T, TLabel> labelOf)
        where TLabel : notnull
    {
        var counts = rows.CountBy(labelOf).ToList();
        if (counts.Find(count => count.Value < 2) is { Value: 1 } single)
        {
            throw new ArgumentException(
                $"The class '{single.Key}' holds one image; two are needed, one to calibrate and one to test.");
        }

        int perClass = Math.Max(1, MaximumCalibration / counts.Count);
        var seen = new Dictionary<TLabel, int>();
        var calibration = new List<T>();
        var test = new List<T>();
        foreach (var row in rows)
        {
            var label = labelOf(row);
            int index = seen.GetValueOrDefault(label);
            seen[label] = index + 1;
            (index % Stride == 0 && index / Stride < perClass ? calibration : test).Add(row);
        }

        return (calibration, test);
    }

    /// <summary>Those of a set of its own that calibrate: all, or where they are too many some of every class, spread evenly.</summary>
    /// <param name="rows">The images of all classes.</param>
    /// <param name="labelOf">The class of an image.</param>
    /// <returns>In the rows' order; more than the most where there are more classes.</returns>
    public static IReadOnlyList<T> Most<T, TLabel>(IReadOnlyList<T> rows, Func<T, TLabel> labelOf)
        where TLabel : notnull
    {
        if (rows.Count <= MaximumCalibration)
        {
            return rows;
        }

        var counts = rows.CountBy(labelOf).ToDictionary();
        int perClass = Math.Max(1, MaximumCalibration / counts.Count);
        var seen = new Dictionary<TLabel, int>();
        return
        [
            .. rows.Where(row =>
            {
                var label = labelOf(row);
                long index = seen.GetValueOrDefault(label), wanted = Math.Min(perClass, counts[label]);
                seen[label] = (int)index + 1;
                return index == 0 || index * wanted / counts[label] > (index - 1) * wanted / counts[label];
            }),
        ];
    }
}
