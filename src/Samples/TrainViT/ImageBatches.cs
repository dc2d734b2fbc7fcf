using FashionMnist;

namespace TrainViT;

/// <summary>Shuffled, augmented batches: horizontal flip and shift by up to two pixels.</summary>
internal sealed class ImageBatches(LabelledImages images, int batchSize, int seed)
{
    public const float Mean = 0.2860f; // of the 60,000 training images, in [0, 1]
    public const float Deviation = 0.3530f;
    private const int MaxShift = 2;

    public int Count => images.Count / batchSize;

    /// <summary>One epoch, the same for the same seed and epoch; the last, smaller batch is left out.</summary>
    public IEnumerable<(float[] Pixels, long[] Labels)> Augmented(int epoch)
    {
        var random = new Random(HashCode(seed, epoch));
        int[] order = [.. Enumerable.Range(0, images.Count)];
        random.Shuffle(order);
        int size = images.Images.Width;
        for (int batch = 0; batch < Count; batch++)
        {
            float[] pixels = new float[batchSize * size * size];
            long[] labels = new long[batchSize];
            for (int i = 0; i < batchSize; i++)
            {
                int image = order[(batch * batchSize) + i];
                labels[i] = images.Labels[image];
                Draw(images.Images[image], pixels.AsSpan(i * size * size, size * size), size, random);
            }

            yield return (pixels, labels);
        }
    }

    /// <summary>All images in file order, as they are.</summary>
    public static IEnumerable<(float[] Pixels, byte[] Labels)> Plain(LabelledImages images, int batchSize)
    {
        int area = images.Images.Width * images.Images.Width;
        for (int start = 0; start < images.Count; start += batchSize)
        {
            int count = Math.Min(batchSize, images.Count - start);
            float[] pixels = new float[count * area];
            for (int i = 0; i < pixels.Length; i++)
            {
                pixels[i] = Normalised(images.Images.Pixels[(start * area) + i]);
            }

            yield return (pixels, images.Labels[start..(start + count)]);
        }
    }

    private static void Draw(ReadOnlySpan<byte> source, Span<float> target, int size, Random random)
    {
        bool flip = random.Next(2) == 1;
        int dx = random.Next(-MaxShift, MaxShift + 1);
        int dy = random.Next(-MaxShift, MaxShift + 1);
        for (int y = 0; y < size; y++)
        {
            for (int x = 0; x < size; x++)
            {
                int sx = (flip ? size - 1 - x : x) + dx;
                int sy = y + dy;
                bool inside = (uint)sx < (uint)size && (uint)sy < (uint)size;
                target[(y * size) + x] = Normalised(inside ? source[(sy * size) + sx] : (byte)0);
            }
        }
    }

    private static float Normalised(byte value) => ((value / 255f) - Mean) / Deviation;

    // System.HashCode differs from run to run; an epoch's order must not.
    private static int HashCode(int seed, int epoch) => unchecked((seed * 486187739) + epoch);
}
