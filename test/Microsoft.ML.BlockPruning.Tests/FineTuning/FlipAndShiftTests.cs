using Microsoft.ML.BlockPruning.FineTuning;

namespace Microsoft.ML.BlockPruning.Tests.FineTuning;

[TestClass]
public sealed class FlipAndShiftTests
{
    private const int Size = 4;
    private const int Channels = 3;

    [TestMethod]
    [DataRow(false, 0, 1)]
    [DataRow(true, 0, 2)]
    [DataRow(false, 1, 9)]
    [DataRow(true, 2, 50)]
    public void Apply_DrawsEveryFlipAndShiftAndNothingElse(bool flips, int maximumShift, int count)
    {
        float[] image = [.. Enumerable.Range(0, Channels * Size * Size).Select(i => (float)i)];
        var expected = new HashSet<string>();
        foreach (bool flip in flips ? new[] { false, true } : [false])
        {
            for (int dy = -maximumShift; dy <= maximumShift; dy++)
            {
                for (int dx = -maximumShift; dx <= maximumShift; dx++)
                {
                    expected.Add(Text(Moved(image, flip, dx, dy)));
                }
            }
        }

        var random = new Random(3);
        var augmentation = new FlipAndShift(Size, flips, maximumShift);
        var drawn = new HashSet<string>();
        for (int i = 0; i < 2000; i++)
        {
            float[] target = new float[image.Length];
            augmentation.Apply(image, target, random);
            drawn.Add(Text(target));
        }

        Assert.HasCount(count, expected);
        CollectionAssert.AreEquivalent(expected.ToArray(), drawn.ToArray());
    }

    // By its meaning: the mirrored image, whose pixels outside repeat the border, looked at through a moved window.
    private static float[] Moved(float[] image, bool flip, int dx, int dy)
    {
        float[] moved = new float[image.Length];
        for (int c = 0; c < Channels; c++)
        {
            for (int y = 0; y < Size; y++)
            {
                for (int x = 0; x < Size; x++)
                {
                    int row = Math.Min(Math.Max(y + dy, 0), Size - 1);
                    int mirrored = Math.Min(Math.Max(x + dx, 0), Size - 1);
                    int column = flip ? Size - 1 - mirrored : mirrored;
                    moved[(((c * Size) + y) * Size) + x] = image[(((c * Size) + row) * Size) + column];
                }
            }
        }

        return moved;
    }

    private static string Text(float[] values) => string.Join(' ', values);
}
