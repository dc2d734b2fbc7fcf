using Microsoft.ML.Data;

namespace FashionMnist;

/// <summary>Writes the bundled images as files, so that there is a folder to begin with.</summary>
public static class ImageFolders
{
    private const int ColourChannels = 3;

    /// <summary>Writes FOLDER/train/CLASS/N.png, the calibration images, and FOLDER/test/CLASS/N.png.</summary>
    /// <param name="folder">Made where there is none.</param>
    /// <param name="trainPerClass">The most images of a class in train.</param>
    /// <param name="testPerClass">The most images of a class in test.</param>
    /// <param name="extension">png or jpg.</param>
    /// <returns>Files written.</returns>
    public static int Write(string folder, int trainPerClass, int testPerClass, string extension) =>
        WriteClasses(FashionMnistData.ReadCalibration(), Path.Combine(folder, "train"), trainPerClass, extension)
        + WriteClasses(FashionMnistData.ReadTest(), Path.Combine(folder, "test"), testPerClass, extension);

    private static int WriteClasses(LabelledImages images, string folder, int perClass, string extension)
    {
        int[] written = new int[FashionMnistData.ClassNames.Count];
        for (int i = 0; i < images.Count; i++)
        {
            int label = images.Labels[i];
            if (written[label] < perClass)
            {
                string classFolder = Path.Combine(folder, FashionMnistData.ClassNames[label]);
                Directory.CreateDirectory(classFolder);
                using var image = ImageOf(images.Images, i);
                image.Save(Path.Combine(classFolder, $"{written[label]++:D4}.{extension}"));
            }
        }

        return written.Sum();
    }

    // Grey as three equal colours, opaque.
    private static MLImage ImageOf(IdxImages images, int index)
    {
        var grey = images[index];
        byte[] pixels = new byte[(ColourChannels + 1) * images.Width * images.Height];
        pixels.AsSpan().Fill(byte.MaxValue);
        for (int p = 0; p < images.Width * images.Height; p++)
        {
            pixels.AsSpan((ColourChannels + 1) * p, ColourChannels).Fill(grey[p]);
        }

        return MLImage.CreateFromPixels(images.Width, images.Height, MLPixelFormat.Bgra32, pixels);
    }
}
