namespace SampleKit;

/// <summary>Image files in one subfolder per class.</summary>
internal static class ImageFolder
{
    private const int NamedAtMost = 3;
    private static readonly string[] Extensions = [".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp"];

    /// <summary>Lists the files of every class.</summary>
    /// <param name="folder">Holds the subfolders; a subfolder's name is the class. Hidden ones (.name) are passed over.</param>
    /// <returns>Classes and files in ordinal order, so that every process sees the same rows.</returns>
    /// <exception cref="IOException">
    /// The folder does not exist, has no subfolders, has images beside them, or a subfolder has no images; or they are the parts of a data
    /// set.
    /// </exception>
    public static IReadOnlyList<IGrouping<string, ImageFileRow>> Read(string folder)
    {
        if (!Directory.Exists(folder))
        {
            throw new DirectoryNotFoundException($"There is no folder {folder}, and no file of this name.");
        }

        string[] subfolders = Subfolders(folder), loose = Images(folder);
        if (subfolders.Length == 0)
        {
            throw new IOException(loose.Length == 0
                ? $"The folder {folder} has no subfolders and no image ({string.Join(' ', Extensions)}): put the images of each class "
                    + "into a subfolder with the class's name."
                : $"The folder {folder} has no subfolders, but {Name(loose)}: nothing says which class an image is of. Put the images "
                    + "of each class into a subfolder with the class's name, or list them in a CSV file with the columns ImagePath and "
                    + "Label.");
        }

        if (loose.Length > 0)
        {
            throw new IOException(
                $"The folder {folder} has {subfolders.Length} subfolders and, beside them, {Name(loose)}; "
                + "move these into the subfolders of their classes, or away.");
        }

        if (PartsOf(folder) is { } parts)
        {
            throw new IOException(
                $"The folder {folder} holds {parts.Names}: they look like the parts of a data set, not like classes. "
                + $"Give one of them, such as {parts.Calibration}.");
        }

        return [.. subfolders.SelectMany(ReadClass).GroupBy(row => row.Label)];
    }

    /// <summary>Whether a folder holds images and no subfolders, so that their classes are not told.</summary>
    public static bool IsFlat(string folder) => Directory.Exists(folder) && Subfolders(folder).Length == 0 && Images(folder).Length > 0;

    /// <summary>Lists the files of a folder without subfolders, without classes.</summary>
    /// <returns>In ordinal order.</returns>
    public static IReadOnlyList<ImageFileRow> ReadFlat(string folder) =>
        [.. Images(folder).Select(file => new ImageFileRow { ImagePath = Path.GetFullPath(file) })];

    /// <summary>The parts of a data set that is split already; null where the subfolders are not called so.</summary>
    /// <remarks>A class may well be called train: all subfolders must have such names, and of two kinds at least.</remarks>
    public static FolderParts? PartsOf(string folder)
    {
        string[] subfolders = Directory.Exists(folder) ? Subfolders(folder) : [];
        if (subfolders.Length < 2 || !Array.TrueForAll(subfolders, sub => FolderParts.KindOf(sub) is not null))
        {
            return null;
        }

        string? Of(string kind) => Array.Find(subfolders, sub => FolderParts.KindOf(sub) == kind);
        string?[] found = [Of(FolderParts.TrainPart), Of(FolderParts.ValidationPart), Of(FolderParts.TestPart)];
        return found.OfType<string>().ToArray() is [var first, var second, ..] ? new FolderParts(first, second, subfolders) : null;
    }

    private static IEnumerable<ImageFileRow> ReadClass(string subfolder)
    {
        string[] files = Images(subfolder);
        string label = Path.GetFileName(subfolder);
        return files.Length > 0
            ? files.Select(file => new ImageFileRow { ImagePath = Path.GetFullPath(file), Label = label })
            : throw new IOException($"The class folder {subfolder} holds no image ({string.Join(' ', Extensions)}).");
    }

    private static string[] Subfolders(string folder) =>
        [.. Directory.GetDirectories(folder).Where(sub => !Path.GetFileName(sub).StartsWith('.')).Order(StringComparer.Ordinal)];

    private static string[] Images(string folder) => [.. Directory.GetFiles(folder).Where(IsImage).Order(StringComparer.Ordinal)];

    private static string Name(string[] files)
    {
        string named = string.Join(", ", files.Take(NamedAtMost).Select(Path.GetFileName));
        return $"{files.Length} image(s): {named}{(files.Length > NamedAtMost ? ", …" : "")}";
    }

    private static bool IsImage(string path) => Extensions.Contains(Path.GetExtension(path), StringComparer.OrdinalIgnoreCase);
}
