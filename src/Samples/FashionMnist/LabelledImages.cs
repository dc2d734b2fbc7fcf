namespace FashionMnist;

/// <summary>Images and the class of each.</summary>
public sealed class LabelledImages
{
    /// <summary>Pairs images with their labels.</summary>
    /// <param name="images">The images; kept, not copied.</param>
    /// <param name="labels">One class index per image; kept, not copied.</param>
    /// <exception cref="ArgumentException">The counts differ, or a label is not a class of Fashion-MNIST.</exception>
    public LabelledImages(IdxImages images, byte[] labels)
    {
        ArgumentNullException.ThrowIfNull(images);
        ArgumentNullException.ThrowIfNull(labels);
        if (images.Count != labels.Length)
        {
            throw new ArgumentException($"There are {images.Count} images and {labels.Length} labels.", nameof(labels));
        }

        int stray = Array.FindIndex(labels, label => label >= FashionMnistData.ClassNames.Count);
        if (stray >= 0)
        {
            throw new ArgumentException(
                $"Label {stray} is {labels[stray]}; the classes are 0 to {FashionMnistData.ClassNames.Count - 1}.", nameof(labels));
        }

        Images = images;
        Labels = labels;
    }

    /// <summary>The images.</summary>
    public IdxImages Images { get; }

    /// <summary>The class index of each image, an index into <see cref="FashionMnistData.ClassNames"/>.</summary>
    public byte[] Labels { get; }

    /// <summary>Number of images.</summary>
    public int Count => Labels.Length;

    /// <summary>Reads a pair of files.</summary>
    /// <param name="folder">Where the files are.</param>
    /// <param name="prefix">The first part of their names, such as <c>t10k</c>.</param>
    /// <returns>The images with their labels.</returns>
    /// <exception cref="InvalidDataException">A file is damaged, or the two do not belong together.</exception>
    public static LabelledImages Read(string folder, string prefix)
    {
        var images = IdxFile.ReadImages(ImagesPath(folder, prefix));
        byte[] labels = IdxFile.ReadLabels(LabelsPath(folder, prefix));
        try
        {
            return new LabelledImages(images, labels);
        }
        catch (ArgumentException mismatch)
        {
            throw new InvalidDataException($"{LabelsPath(folder, prefix)}: {mismatch.Message}", mismatch);
        }
    }

    /// <summary>Writes a pair of files, the inverse of <see cref="Read"/>.</summary>
    /// <param name="folder">Where to write.</param>
    /// <param name="prefix">The first part of their names.</param>
    public void Write(string folder, string prefix)
    {
        IdxFile.WriteImages(Images, ImagesPath(folder, prefix));
        IdxFile.WriteLabels(Labels, LabelsPath(folder, prefix));
    }

    private static string ImagesPath(string folder, string prefix) => Path.Combine(folder, $"{prefix}-images-idx3-ubyte.gz");

    private static string LabelsPath(string folder, string prefix) => Path.Combine(folder, $"{prefix}-labels-idx1-ubyte.gz");
}
