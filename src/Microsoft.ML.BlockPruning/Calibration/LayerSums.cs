namespace Microsoft.ML.BlockPruning.Calibration;

/// <summary>
/// What <see cref="LayerStatistics"/> of one prunable layer are made of, before anything is divided: sums over some of the calibration
/// images, a shard. Plain numbers, which another machine may have added.
/// </summary>
/// <remarks>
/// Merged sums do not depend on the order in which shards arrive. Floating-point addition is not associative, so they are those of one
/// pass over all images bit for bit where every shard is one batch of that pass; else they differ by the rounding of the additions, at
/// most (batches − 1) · 2⁻⁵² of the summed absolute values. Labels must be given: those that a pass samples depend on where it begins.
/// </remarks>
/// <param name="Inputs">One per row group, [in + 1, in + 1]: Σ e x̃ x̃ᵀ, symmetric.</param>
/// <param name="Gradients">[strips, blockHeight, blockHeight]: Σ d dᵀ of each row strip.</param>
/// <param name="Energies">One per row group, [images · tokens]: ‖d‖² over the group's outputs.</param>
/// <param name="Images">How many images were added.</param>
internal sealed record LayerSums(
    IReadOnlyList<double[]> Inputs, double[] Gradients, IReadOnlyList<float[]> Energies, long Images)
{
    /// <summary>Adds shards of the same layer, in the order of their indices.</summary>
    /// <param name="shards">Index and sums, in any order of arrival; their images follow each other by index.</param>
    /// <returns>The sums over the images of all shards.</returns>
    /// <exception cref="ArgumentException">There is none, an index occurs twice, or shards are of different layers.</exception>
    public static LayerSums Merge(IEnumerable<KeyValuePair<int, LayerSums>> shards)
    {
        LayerSums[] ordered = InOrder(shards);
        var first = ordered[0];
        double[][] inputs = [.. first.Inputs.Select(sum => (double[])sum.Clone())];
        double[] gradients = (double[])first.Gradients.Clone();
        foreach (var next in ordered.Skip(1))
        {
            for (int group = 0; group < inputs.Length; group++)
            {
                Add(inputs[group], next.Inputs[group]);
            }

            Add(gradients, next.Gradients);
        }

        return new LayerSums(
            inputs, gradients,
            [.. Enumerable.Range(0, inputs.Length).Select(group => ordered.SelectMany(shard => shard.Energies[group]).ToArray())],
            ordered.Sum(shard => shard.Images));
    }

    private static LayerSums[] InOrder(IEnumerable<KeyValuePair<int, LayerSums>> shards)
    {
        var byIndex = new SortedDictionary<int, LayerSums>();
        foreach (var (index, sums) in shards)
        {
            if (!byIndex.TryAdd(index, sums))
            {
                throw new ArgumentException($"The shard {index} is there twice: its images would count twice.", nameof(shards));
            }
        }

        if (byIndex.Count == 0)
        {
            throw new ArgumentException("There is no shard to merge.", nameof(shards));
        }

        var first = byIndex.First().Value;
        foreach (var (index, sums) in byIndex.Where(shard => !first.IsOfTheSameLayer(shard.Value)))
        {
            throw new ArgumentException(
                $"The shard {index} is of another layer: it has {sums.Inputs.Count} groups of {WidthOf(sums)} and "
                + $"{sums.Gradients.Length} sums, the first {first.Inputs.Count} of {WidthOf(first)} and "
                + $"{first.Gradients.Length}.",
                nameof(shards));
        }

        return [.. byIndex.Values];
    }

    private static int WidthOf(LayerSums sums) => sums.Inputs.Count == 0 ? 0 : sums.Inputs[0].Length;

    private bool IsOfTheSameLayer(LayerSums other) => other.Gradients.Length == Gradients.Length
        && other.Energies.Count == Energies.Count
        && other.Inputs.Select(sum => sum.Length).SequenceEqual(Inputs.Select(sum => sum.Length));

    private static void Add(double[] sum, double[] next)
    {
        for (int i = 0; i < sum.Length; i++)
        {
            sum[i] += next[i];
        }
    }
}
