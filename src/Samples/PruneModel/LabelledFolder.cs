using Microsoft.ML.BlockPruning.Imaging;
using Microsoft.ML.BlockPruning.Runs.Reports;

namespace PruneModelSample;

/// <summary>Image files in one subfolder per class, which has the class's name.</summary>
/// <param name="Images">In the same order on every machine.</param>
internal sealed record LabelledFolder(IReadOnlyList<LabelledImage> Images)
{
    private const int NamedAtMost = 10;
    private const int ReadersAtMost = 4; // a large photograph takes hundreds of megabytes while it is decoded
    private static readonly string[] Extensions = [".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp"];

    /// <summary>The subfolders' names.</summary>
    public IReadOnlyList<string> Classes => [.. Images.Select(image => image.Label).Distinct()];

    /// <summary>Lists the files. Subfolders with a dot before their name are passed over.</summary>
    /// <exception cref="IOException">There is no such folder, a subfolder has no image, or images lie beside the subfolders.</exception>
    public static LabelledFolder Read(string folder)
    {
        if (!Directory.Exists(folder))
        {
            throw new DirectoryNotFoundException(
                $"There is no folder '{Path.GetFullPath(folder)}': change DataSource in the settings, or make it.");
        }

        string[] subfolders =
            [.. Directory.GetDirectories(folder).Where(sub => !Path.GetFileName(sub).StartsWith('.')).Order(StringComparer.Ordinal)];
        if (subfolders.Length == 0 || ImagesIn(folder).FirstOrDefault() is { } loose)
        {
            throw new IOException(
                $"The folder '{folder}' has {subfolders.Length} subfolders, and images beside them or none at all: "
                + "put the images of each class into a subfolder with the class's name.");
        }

        return subfolders.FirstOrDefault(subfolder => !ImagesIn(subfolder).Any()) is { } empty
            ? throw new IOException($"The class folder '{empty}' holds no image ({string.Join(' ', Extensions)}): fill or remove it.")
            : new LabelledFolder([
                .. from subfolder in subfolders
                   from file in ImagesIn(subfolder)
                   select new LabelledImage { ImagePath = Path.GetFullPath(file), Label = Path.GetFileName(subfolder) },
            ]);
    }

    /// <summary>The same images under the network's names of their classes.</summary>
    /// <param name="classes">How the two belong together.</param>
    public LabelledFolder Under(IReadOnlyList<ClassReport> classes)
    {
        var nameOf = classes.ToDictionary(one => one.Label ?? one.Name, one => one.Name, StringComparer.Ordinal);
        return new([.. Images.Select(image => new LabelledImage { ImagePath = image.ImagePath, Label = nameOf[image.Label] })]);
    }

    /// <summary>Decodes every image once before the work begins, so that a broken one costs seconds and not the run.</summary>
    /// <exception cref="InvalidDataException">Some cannot be read; names them.</exception>
    public void Check(StepLines steps, CancellationToken cancellationToken)
    {
        int done = 0;
        string[] unreadable = [.. Images.AsParallel().AsOrdered().WithDegreeOfParallelism(ReadersAtMost).WithCancellation(cancellationToken)
            .Select(image =>
            {
                string? reason = WhyUnreadable(image.ImagePath);
                steps.Report("Checking images", (double)Interlocked.Increment(ref done) / Images.Count);
                return reason is null ? null : $"{image.ImagePath} ({reason})";
            })
            .OfType<string>()];
        if (unreadable.Length > 0)
        {
            string more = unreadable.Length > NamedAtMost ? $"; and {unreadable.Length - NamedAtMost} more" : "";
            throw new InvalidDataException(
                $"{unreadable.Length} of {Images.Count} images cannot be read: {string.Join("; ", unreadable.Take(NamedAtMost))}{more}. "
                + "Mend or remove them.");
        }
    }

    private static string? WhyUnreadable(string path)
    {
        try
        {
            ImageFile.Check(ImageFile.ReadBytes(path));
            return null;
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            return unreadable.Message.TrimEnd('.');
        }
    }

    private static IEnumerable<string> ImagesIn(string folder) => Directory.GetFiles(folder)
        .Where(file => Extensions.Contains(Path.GetExtension(file), StringComparer.OrdinalIgnoreCase)).Order(StringComparer.Ordinal);
}
