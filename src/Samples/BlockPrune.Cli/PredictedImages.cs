using Microsoft.ML;

namespace BlockPrune.Cli;

/// <summary>Images to be predicted, and what is known of their classes.</summary>
/// <param name="Rows">With the images' column.</param>
/// <param name="Names">[rows] what a line calls each image.</param>
/// <param name="Labels">[rows] the slot of each image's class; -1 where nobody tells.</param>
/// <param name="Classes">The names of the slots.</param>
internal sealed record PredictedImages(
    IDataView Rows, IReadOnlyList<string> Names, IReadOnlyList<int> Labels, IReadOnlyList<string> Classes)
{
    private const int Unknown = -1;

    /// <summary>The test images of a source, which knows their classes.</summary>
    public static PredictedImages Of(IImageSource images)
    {
        var rows = images.Preparation.Fit(images.Calibration).Transform(images.Test);
        return new PredictedImages(rows, images.TestNames, Answers.Labels(rows), [.. images.Classes.Select(one => one.Name)]);
    }

    /// <summary>Files whose folder may be called as a class.</summary>
    /// <param name="context">Owns the rows.</param>
    /// <param name="classes">The network's.</param>
    /// <param name="files">The files.</param>
    public static PredictedImages Of(MLContext context, NetworkClasses classes, IReadOnlyList<ImageFileRow> files)
    {
        var slots = files.Select(row => FolderOf(row.ImagePath)).Distinct(StringComparer.Ordinal)
            .ToDictionary(folder => folder, folder => SlotOf(classes, folder), StringComparer.Ordinal);
        return new PredictedImages(
            context.Data.LoadFromEnumerable(files), [.. files.Select(row => row.ImagePath)],
            [.. files.Select(row => slots[FolderOf(row.ImagePath)])], classes.Names);
    }

    private static string FolderOf(string path) => Path.GetFileName(Path.GetDirectoryName(Path.GetFullPath(path))) ?? "";

    private static int SlotOf(NetworkClasses classes, string folder)
    {
        try
        {
            return folder.Length == 0
                ? Unknown
                : classes.Match([folder]).Index().First(one => (one.Item.Label ?? one.Item.Name) == folder).Index;
        }
        catch (ArgumentException)
        {
            return Unknown; // a folder of another name says nothing
        }
    }
}
