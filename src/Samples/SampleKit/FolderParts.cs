namespace SampleKit;

/// <summary>A data set that is split already, such as into train and val.</summary>
/// <param name="Calibration">The subfolder to calibrate on.</param>
/// <param name="Test">The subfolder to test on.</param>
/// <param name="Subfolders">All of them.</param>
internal sealed record FolderParts(string Calibration, string Test, IReadOnlyList<string> Subfolders)
{
    public const string TrainPart = "train";
    public const string ValidationPart = "val";
    public const string TestPart = "test";

    private static readonly Dictionary<string, string> Kinds = new(StringComparer.OrdinalIgnoreCase)
    {
        ["train"] = TrainPart,
        ["training"] = TrainPart,
        ["val"] = ValidationPart,
        ["valid"] = ValidationPart,
        ["validation"] = ValidationPart,
        ["test"] = TestPart,
        ["testing"] = TestPart,
    };

    /// <summary>The subfolders as a sentence names them.</summary>
    public string Names => string.Join(" and ", Subfolders.Select(sub => $"{Path.GetFileName(sub)}/"));

    /// <summary>Which part a subfolder is by its name; null: none.</summary>
    public static string? KindOf(string subfolder) => Kinds.GetValueOrDefault(Path.GetFileName(subfolder));
}
