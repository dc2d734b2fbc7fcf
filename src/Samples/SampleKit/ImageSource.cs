using FashionMnist;
using Microsoft.ML;

namespace SampleKit;

/// <summary>Picks the images of a run; the reloading process picks the same ones again.</summary>
internal static class ImageSource
{
    /// <param name="context">Owns the data views.</param>
    /// <param name="folder">The user's folder; null: the bundled images.</param>
    /// <param name="classes">The network's class names where they are known.</param>
    public static IImageSource Open(MLContext context, string? folder, IReadOnlyList<string>? classes) => folder is null
        ? new PixelImages(context, FashionMnistData.ReadCalibration(), FashionMnistData.ReadTest())
        : new FolderImages(context, ImageFolder.Read(folder), classes);
}
