namespace FashionMnist;

/// <summary>Draws the calibration images from the training images: the same number of every class, in mixed order.</summary>
public static class CalibrationSubset
{
    /// <summary>Images of each class in the bundled calibration files.</summary>
    public const int BundledPerClass = 200;

    /// <summary>Seed of the bundled calibration files.</summary>
    public const int BundledSeed = 1;

    /// <summary>Draws a subset; the same seed draws the same images in the same order.</summary>
    /// <param name="images">The images to draw from.</param>
    /// <param name="perClass">Images of each class.</param>
    /// <param name="seed">Seeds the draw.</param>
    /// <returns>perClass images of every class; any prefix of it is mixed too.</returns>
    /// <exception cref="ArgumentException">A class has fewer images than asked for.</exception>
    public static LabelledImages Draw(LabelledImages images, int perClass, int seed)
    {
        ArgumentNullException.ThrowIfNull(images);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(perClass);
        int[] order = [.. Enumerable.Range(0, images.Count)];
        new Random(seed).Shuffle(order);
        int[] drawn = new int[FashionMnistData.ClassNames.Count];
        int[] chosen = [.. order.Where(index => drawn[images.Labels[index]]++ < perClass)];
        int poorest = Array.IndexOf(drawn, drawn.Min());
        if (drawn[poorest] < perClass)
        {
            throw new ArgumentException(
                $"Class {poorest} ({FashionMnistData.ClassNames[poorest]}) has {drawn[poorest]} images, not {perClass}.", nameof(images));
        }

        return Select(images, chosen);
    }

    /// <summary>Makes the bundled calibration files from the original training files.</summary>
    /// <param name="sourceFolder">Holds train-images-idx3-ubyte.gz and train-labels-idx1-ubyte.gz.</param>
    /// <param name="targetFolder">Receives calibration-images-idx3-ubyte.gz and calibration-labels-idx1-ubyte.gz.</param>
    public static void WriteBundled(string sourceFolder, string targetFolder) =>
        Draw(LabelledImages.Read(sourceFolder, FashionMnistData.TrainingPrefix), BundledPerClass, BundledSeed)
            .Write(targetFolder, FashionMnistData.CalibrationPrefix);

    private static LabelledImages Select(LabelledImages source, int[] chosen)
    {
        int area = source.Images.Height * source.Images.Width;
        byte[] pixels = new byte[chosen.Length * area];
        for (int i = 0; i < chosen.Length; i++)
        {
            source.Images[chosen[i]].CopyTo(pixels.AsSpan(i * area, area));
        }

        var images = new IdxImages(chosen.Length, source.Images.Height, source.Images.Width, pixels);
        return new LabelledImages(images, [.. chosen.Select(index => source.Labels[index])]);
    }
}
