namespace SampleKit;

/// <summary>Where images lie.</summary>
internal abstract record ImageOrigin
{
    private ImageOrigin()
    {
    }

    /// <summary>What --images names: a folder with one subfolder per class, or a CSV file; null: the bundled images.</summary>
    public static ImageOrigin Of(string? path) =>
        path is null ? new Bundled() : !Directory.Exists(path) && File.Exists(path) ? new Csv(path) : new Folder(path);

    /// <summary>The bundled Fashion-MNIST files.</summary>
    internal sealed record Bundled : ImageOrigin;

    /// <summary>Image files, one subfolder per class.</summary>
    /// <param name="Path">The folder that holds the subfolders.</param>
    internal sealed record Folder(string Path) : ImageOrigin;

    /// <summary>Image files that a table lists with their classes.</summary>
    /// <param name="Path">The table; see <see cref="ImageTable"/>.</param>
    internal sealed record Csv(string Path) : ImageOrigin;

    /// <summary>Sets of their own, in place of a split.</summary>
    /// <param name="Calibration">A folder or table; null where the run does not calibrate.</param>
    /// <param name="Test">A folder or table; null where the run does not test.</param>
    internal sealed record Sets(ImageOrigin? Calibration, ImageOrigin? Test) : ImageOrigin;

    /// <summary>Grey images and their class numbers in two files, gzipped or plain.</summary>
    /// <param name="ImagesPath">The IDX file of images.</param>
    /// <param name="LabelsPath">The IDX file of labels.</param>
    internal sealed record Idx(string ImagesPath, string LabelsPath) : ImageOrigin;
}
