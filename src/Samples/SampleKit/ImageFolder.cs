namespace SampleKit;

/// <summary>Image files in one subfolder per class.</summary>
internal static class ImageFolder
{
    private static readonly string[] Extensions = [".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp"];

    /// <summary>Lists the files of every class.</summary>
    /// <param name="folder">Holds the subfolders; a subfolder's name is the class.</param>
    /// <returns>Classes and files in ordinal order, so that every process sees the same rows.</returns>
    /// <exception cref="IOException">The folder does not exist, has no subfolders, or a subfolder has no images.</exception>
    public static IReadOnlyList<IGrouping<string, ImageFileRow>> Read(string folder)
    {
        if (!Directory.Exists(folder))
        {
            throw new DirectoryNotFoundException($"There is no folder {folder}.");
        }

        var rows = new List<ImageFileRow>();
        foreach (string subfolder in Directory.GetDirectories(folder).Order(StringComparer.Ordinal))
        {
            string[] files = [.. Directory.GetFiles(subfolder).Where(IsImage).Order(StringComparer.Ordinal)];
            if (files.Length == 0)
            {
                throw new IOException($"The class folder {subfolder} holds no image ({string.Join(' ', Extensions)}).");
            }

            string label = Path.GetFileName(subfolder);
            rows.AddRange(files.Select(file => new ImageFileRow { ImagePath = Path.GetFullPath(file), Label = label }));
        }

        return rows.Count > 0
            ? [.. rows.GroupBy(row => row.Label)]
            : throw new IOException(
                $"The folder {folder} has no subfolders; put the images of each class into a subfolder with the class's name.");
    }

    private static bool IsImage(string path) => Extensions.Contains(Path.GetExtension(path), StringComparer.OrdinalIgnoreCase);
}
