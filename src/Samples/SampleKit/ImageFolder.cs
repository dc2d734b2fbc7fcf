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
    /// The folder does not exist, has no subfolders, has images beside them, or a subfolder has no images.
    /// </exception>
    public static IReadOnlyList<IGrouping<string, ImageFileRow>> Read(string folder)
    {
        if (!Directory.Exists(folder))
        {
            throw new DirectoryNotFoundException($"There is no folder {folder}, and no file of this name.");
        }

        string[] subfolders =
            [.. Directory.GetDirectories(folder).Where(sub => !Path.GetFileName(sub).StartsWith('.')).Order(StringComparer.Ordinal)];
        string[] loose = Images(folder);
        if (subfolders.Length == 0)
        {
            throw new IOException(
                $"The folder {folder} has no subfolders ({(loose.Length == 0 ? "and no image" : $"but {Name(loose)}")}); "
                + "put the images of each class into a subfolder with the class's name.");
        }

        if (loose.Length > 0)
        {
            throw new IOException(
                $"The folder {folder} has {subfolders.Length} subfolders and, beside them, {Name(loose)}; "
                + "move these into the subfolders of their classes, or away.");
        }

        return [.. subfolders.SelectMany(ReadClass).GroupBy(row => row.Label)];
    }

    private static IEnumerable<ImageFileRow> ReadClass(string subfolder)
    {
        string[] files = Images(subfolder);
        string label = Path.GetFileName(subfolder);
        return files.Length > 0
            ? files.Select(file => new ImageFileRow { ImagePath = Path.GetFullPath(file), Label = label })
            : throw new IOException($"The class folder {subfolder} holds no image ({string.Join(' ', Extensions)}).");
    }

    private static string[] Images(string folder) => [.. Directory.GetFiles(folder).Where(IsImage).Order(StringComparer.Ordinal)];

    private static string Name(string[] files)
    {
        string named = string.Join(", ", files.Take(NamedAtMost).Select(Path.GetFileName));
        return $"{files.Length} image(s): {named}{(files.Length > NamedAtMost ? ", …" : "")}";
    }

    private static bool IsImage(string path) => Extensions.Contains(Path.GetExtension(path), StringComparer.OrdinalIgnoreCase);
}
