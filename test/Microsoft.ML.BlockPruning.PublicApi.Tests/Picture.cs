namespace Microsoft.ML.BlockPruning.PublicApi.Tests;

/// <summary>What an application gives: the pixels of a picture, [3, 16, 16] of 0 to 255, and its class.</summary>
public sealed class Picture
{
    public const int Size = 16;

    [Data.VectorType(3 * Size * Size)]
    public float[] Image { get; set; } = [];

    public string Label { get; set; } = "";

    /// <summary>Noise around one colour for each class.</summary>
    public static List<Picture> Read(int count, string[] labels)
    {
        var random = new Random(1);
        return [.. Enumerable.Range(0, count).Select(i => new Picture
        {
            Label = labels[i % labels.Length],
            Image = [.. Enumerable.Range(0, 3 * Size * Size)
                .Select(pixel => (float)random.Next(60) + (pixel / (Size * Size) == i % labels.Length ? 180 : 0))],
        })];
    }
}
