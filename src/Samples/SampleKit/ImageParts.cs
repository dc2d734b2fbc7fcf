namespace SampleKit;

/// <summary>Image files to calibrate on and to test on; those of a folder without classes have an empty label.</summary>
/// <param name="Calibration">None where the run does not calibrate and the sets lie apart.</param>
/// <param name="Test">None where the run does not test and the sets lie apart.</param>
internal sealed record ImageParts(IReadOnlyList<ImageFileRow> Calibration, IReadOnlyList<ImageFileRow> Test)
{
    /// <summary>The classes that have images, in ordinal order.</summary>
    public IReadOnlyList<string> Classes =>
        [.. Calibration.Concat(Test).Select(row => row.Label).Where(IsLabel).Distinct().Order(StringComparer.Ordinal)];

    /// <summary>Whether a class is told of every test image.</summary>
    public bool IsTestLabelled => Test.All(IsLabelled);

    /// <summary>Whether a class is told of an image.</summary>
    public static bool IsLabelled(ImageFileRow row) => IsLabel(row.Label);

    /// <summary>A fifth of each class calibrates, the others test.</summary>
    /// <exception cref="ArgumentException">A class has a single image.</exception>
    public static ImageParts Split(IEnumerable<IGrouping<string, ImageFileRow>> classes)
    {
        var (calibration, test) = CalibrationSplit.Of([.. classes.SelectMany(files => files)], row => row.Label);
        return new ImageParts(calibration, test);
    }

    /// <summary>Lists the files of an origin.</summary>
    /// <param name="origin">A folder, a table, or a set of each part.</param>
    /// <param name="use">The parts that are read, and whether their classes are needed.</param>
    /// <exception cref="IOException">A folder or table cannot be read, or has no classes where they are needed.</exception>
    /// <exception cref="ArgumentException">A class has a single image, or an image is in both sets.</exception>
    public static ImageParts Of(ImageOrigin origin, ImageUse use)
    {
        bool isAny = Allows(use, ImageUse.Calibration, ImageUse.AnyCalibration) && Allows(use, ImageUse.Test, ImageUse.AnyTest);
        return origin switch
        {
            ImageOrigin.Sets(var calibration, var test) => Apart(
                CalibrationSplit.Most(
                    RowsOf(calibration, use.HasFlag(ImageUse.AnyCalibration)), row => row.Label),
                RowsOf(test, use.HasFlag(ImageUse.AnyTest))),
            ImageOrigin.Folder(var path) when isAny && ImageFolder.IsFlat(path) => Whole(ImageFolder.ReadFlat(path)),
            _ => Split(ClassesOf(origin)),
        };
    }

    // Without classes there is nothing to test, so that nothing need be kept for a test.
    private static ImageParts Whole(IReadOnlyList<ImageFileRow> rows) => new(CalibrationSplit.Most(rows, row => row.Label), rows);

    private static ImageParts Apart(IReadOnlyList<ImageFileRow> calibration, IReadOnlyList<ImageFileRow> test)
    {
        string[] both = [.. calibration.Select(row => row.ImagePath).Intersect(test.Select(row => row.ImagePath), StringComparer.Ordinal)];
        return both.Length == 0 ? new ImageParts(calibration, test) : throw new ArgumentException(
            $"{both.Length} image(s), such as {both[0]}, are to calibrate and to test: the test would praise what was seen. "
            + "Take two sets that have no image in common.");
    }

    private static IReadOnlyList<ImageFileRow> RowsOf(ImageOrigin? origin, bool isAny) => origin switch
    {
        null => [],
        ImageOrigin.Folder(var path) when isAny && ImageFolder.IsFlat(path) => ImageFolder.ReadFlat(path),
        _ => [.. ClassesOf(origin).SelectMany(files => files)],
    };

    private static IReadOnlyList<IGrouping<string, ImageFileRow>> ClassesOf(ImageOrigin origin) => origin switch
    {
        ImageOrigin.Csv(var path) => ImageTable.Read(path),
        ImageOrigin.Folder(var path) => ImageFolder.Read(path),
        _ => throw new ArgumentException($"{origin} is no folder and no table of image files.", nameof(origin)),
    };

    private static bool Allows(ImageUse use, ImageUse part, ImageUse any) => !use.HasFlag(part) || use.HasFlag(any);

    private static bool IsLabel(string label) => label.Length > 0;
}
