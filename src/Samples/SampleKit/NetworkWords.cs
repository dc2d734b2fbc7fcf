using System.Globalization;
using Microsoft.ML.BlockPruning.Runs.Reports;

namespace SampleKit;

/// <summary>What a network makes of names and pixels, a line each: wrong ones show in no figure.</summary>
internal static class NetworkWords
{
    private const int Shown = 10;

    /// <summary>The first classes with what the images call them, and how many there are besides.</summary>
    public static string Classes(IReadOnlyList<ClassReport> classes) => $"Classes: {Some([.. classes.Select(one => one.ToString())])}.";

    /// <summary>The first names, and how many there are besides.</summary>
    public static string Some(IReadOnlyList<string> names)
    {
        string more = names.Count > Shown ? string.Create(CultureInfo.InvariantCulture, $" and {names.Count - Shown} more") : "";
        return $"{string.Join(", ", names.Take(Shown))}{more}";
    }

    /// <summary>The steps of the preprocessing and who says so.</summary>
    public static string Preprocessing(IReadOnlyList<PreprocessingReport> steps) => $"Preprocessing: {string.Join("; ", steps)}.";
}
