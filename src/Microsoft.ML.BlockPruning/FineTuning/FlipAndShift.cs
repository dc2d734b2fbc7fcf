namespace Microsoft.ML.BlockPruning.FineTuning;

/// <summary>Mirrors left to right with probability one half, where that is wanted, and shifts by whole pixels.</summary>
/// <remarks>The border's pixels fill the gap: black stays black whatever the normalisation, which a constant would not.</remarks>
internal sealed class FlipAndShift(int imageSize, bool flips, int maximumShift) : IAugmentation
{
    /// <inheritdoc/>
    public void Apply(ReadOnlySpan<float> image, Span<float> target, Random random)
    {
        bool flip = random.Next(2) == 1 && flips; // drawn either way: the shifts do not depend on the flip's option
        int dx = random.Next(-maximumShift, maximumShift + 1);
        int dy = random.Next(-maximumShift, maximumShift + 1);
        for (int row = 0; row < target.Length / imageSize; row++)
        {
            int channel = row / imageSize * imageSize;
            var source = image.Slice((channel + Inside(row - channel + dy)) * imageSize, imageSize);
            var destination = target.Slice(row * imageSize, imageSize);
            for (int x = 0; x < imageSize; x++)
            {
                destination[x] = source[Inside((flip ? imageSize - 1 - x : x) + dx)];
            }
        }
    }

    private int Inside(int position) => Math.Clamp(position, 0, imageSize - 1);
}
