using System.Globalization;
using FashionMnist;
using Microsoft.ML;

namespace SampleKit;

/// <summary>Picks the images of a run; the reloading process picks the same ones again.</summary>
internal static class ImageSource
{
    /// <param name="context">Owns the data views.</param>
    /// <param name="origin">Where the images lie.</param>
    /// <param name="classes">The network's classes; null: those of the images.</param>
    /// <param name="check">Decides on files that cannot be read; null: they fail when their row is reached.</param>
    /// <param name="use">The images that the run reads.</param>
    public static IImageSource Open(
        MLContext context, ImageOrigin origin, NetworkClasses? classes, ImageCheck? check = null, ImageUse use = ImageUse.Both) =>
        origin switch
        {
            ImageOrigin.Idx(var images, var labels) => OpenIdx(context, images, labels, classes),
            ImageOrigin.Bundled => OpenBundled(context, classes),
            _ => new FileImages(context, ImageParts.Of(origin, use), classes, check, use),
        };

    // A network without names of its own means the numbers; one with names must have these, in whatever order.
    private static PixelImages OpenBundled(MLContext context, NetworkClasses? network)
    {
        var names = FashionMnistData.ClassNames;
        bool isByNumber = network is { AreNumbers: true } && network.Names.Count == names.Count;
        var labels = network is null ? ClassLabels.Of(names)
            : isByNumber ? ClassLabels.Of(network.Names) : new ClassLabels(network.Match(names));
        return new PixelImages(
            context, labels.Classes, isByNumber ? network!.ByNumber : [.. names.Select(name => labels[name])],
            Rows(FashionMnistData.ReadCalibration()), Rows(FashionMnistData.ReadTest()));
    }

    private static PixelImages OpenIdx(MLContext context, string imagesPath, string labelsPath, NetworkClasses? network)
    {
        foreach (string path in new[] { imagesPath, labelsPath }.Where(path => !File.Exists(path)))
        {
            throw new FileNotFoundException($"There is no IDX file {path}.");
        }

        var images = IdxFile.ReadImages(imagesPath);
        byte[] labels = IdxFile.ReadLabels(labelsPath);
        if (images.Count != labels.Length || images.Count == 0)
        {
            throw new InvalidDataException(
                $"{imagesPath} holds {images.Count} images and {labelsPath} {labels.Length} labels; as many are needed, and not none.");
        }

        int highest = labels.Max();
        var classes = network?.ByNumber
            ?? [.. Enumerable.Range(0, highest + 1).Select(number => number.ToString(CultureInfo.InvariantCulture))];
        if (highest >= classes.Count)
        {
            throw new InvalidDataException(
                $"{labelsPath} holds the label {highest}, which is unknown to the network; its classes are 0 to {classes.Count - 1}: "
                + $"{string.Join(", ", classes)}.");
        }

        var (calibration, test) = CalibrationSplit.Of([.. Enumerable.Range(0, labels.Length)], index => classes[labels[index]]);
        return new PixelImages(
            context, ClassLabels.Of(network?.Names ?? classes).Classes, classes, new PixelSet(images, labels, calibration),
            new PixelSet(images, labels, test));
    }

    private static PixelSet Rows(LabelledImages images) => new(images.Images, images.Labels, [.. Enumerable.Range(0, images.Count)]);
}
