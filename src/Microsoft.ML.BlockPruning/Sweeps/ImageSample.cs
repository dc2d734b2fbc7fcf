namespace Microsoft.ML.BlockPruning.Sweeps;

/// <summary>
/// Of which validation images a trial's line keeps the answers: some hundred, spread evenly, since data may come class by class.
/// </summary>
internal static class ImageSample
{
    /// <summary>The most that a line keeps.</summary>
    public const int Most = 128;

    /// <summary>The values of the images that are kept, in float32.</summary>
    /// <param name="values">One for each image, in order; the same number chooses the same images.</param>
    public static IReadOnlyList<float> Of(IReadOnlyList<double> values)
    {
        int count = Math.Min(values.Count, Most);
        return [.. Enumerable.Range(0, count).Select(place => (float)values[(int)((long)place * values.Count / count)])];
    }
}
