namespace Microsoft.ML.BlockPruning.PublicApi.Tests.Docs;

/// <summary>The rows of docs/getting-started.md: an image file, and the class that its folder names.</summary>
public sealed class Photo
{
    public string ImagePath { get; set; } = "";

    public string Label { get; set; } = "";

    public static IEnumerable<Photo> ReadFolder(string folder) =>
        from subfolder in Directory.GetDirectories(folder).Order(StringComparer.Ordinal)
        from file in Directory.GetFiles(subfolder).Order(StringComparer.Ordinal)
        select new Photo { ImagePath = Path.GetFullPath(file), Label = Path.GetFileName(subfolder) };
}
