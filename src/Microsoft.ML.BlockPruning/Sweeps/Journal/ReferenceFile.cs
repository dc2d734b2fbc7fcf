using System.Text.Json;

namespace Microsoft.ML.BlockPruning.Sweeps.Journal;

/// <summary>A file of lines as the journal has them for <see cref="ReferencePoint"/>, measured apart from a sweep.</summary>
/// <remarks>The dense network stands in it too: by its line the figures are known to be of the network that was swept.</remarks>
internal static class ReferenceFile
{
    private const string Example = """{"reference":"dense",…}""";

    /// <summary>Reads.</summary>
    /// <param name="path">The file.</param>
    /// <param name="dense">The dense network of the sweep; null where the sweep does not know it.</param>
    /// <returns>What is in the file besides the dense network, and how it differs from the sweep, for people.</returns>
    /// <exception cref="InvalidDataException">It is no such file, damaged in a line, or of another network.</exception>
    public static (IReadOnlyList<ReferencePoint> Points, IReadOnlyList<string> Notes) Read(string path, ReferencePoint? dense)
    {
        var points = ReadPoints(path);
        var own = points.FirstOrDefault(point => point.IsDense) ?? throw new InvalidDataException(
            $"'{path}' lacks the line {Example} of the dense network, by which its figures are known to be of the network that was "
            + "swept: measure it beside the others.");
        if (dense is null)
        {
            throw new InvalidDataException(
                $"The sweep has no line {Example} of its dense network, so nothing tells whether '{path}' is of the same one: run the "
                + "sweep again, it adds the line.");
        }

        CheckIsSame(own, dense, path);
        return ([.. points.Where(point => !point.IsDense)], [.. NotesOf(own, dense, path)]);
    }

    private static List<ReferencePoint> ReadPoints(string path)
    {
        var points = new List<ReferencePoint>();
        foreach (var (number, text) in JsonLines.Of(JsonLines.ReadFile(path, FileShare.Read)))
        {
            try
            {
                points.Add(JournalLine.TryReadReference(SweepJson.Parse(text))
                    ?? throw new JsonException("it has no name under 'reference'."));
            }
            catch (JsonException error)
            {
                throw new InvalidDataException(
                    $"Line {number} of '{path}' is no point of comparison: {error.Message.TrimEnd('.')}. Expected lines "
                    + $"such as {Example}.", error);
            }
        }

        string? twice = points.GroupBy(point => point.Name, StringComparer.Ordinal).FirstOrDefault(group => group.Count() > 1)?.Key;
        return twice is null ? points : throw new InvalidDataException(
            $"'{path}' has two lines of '{twice}': it must be one file of one measurement.");
    }

    // What does not depend on the machine. Accuracy tells networks of one shape apart where the images are the same.
    private static void CheckIsSame(ReferencePoint own, ReferencePoint dense, string path)
    {
        bool isOtherShape = own.MultiplyAdds != dense.MultiplyAdds || own.Bytes != dense.Bytes;
        if (isOtherShape || (own.Images == dense.Images && own.Top1 != dense.Top1))
        {
            throw new InvalidDataException(
                $"'{path}' is of another network: its dense network has {Figures(own)}, that of the sweep {Figures(dense)}. "
                + "Measure the network that was swept.");
        }
    }

    private static string Figures(ReferencePoint point) => FormattableString.Invariant(
        $"{point.MultiplyAdds} multiply-adds, {point.Bytes} bytes and a top-1 of {point.Top1:0.####} on {point.Images} images");

    private static IEnumerable<string> NotesOf(ReferencePoint own, ReferencePoint dense, string path)
    {
        if (own.Images != dense.Images)
        {
            yield return FormattableString.Invariant(
                $"The points of '{Path.GetFileName(path)}' are judged on {own.Images} images, the trials on {dense.Images}.");
        }

        if (own.Milliseconds is { } there && dense.Milliseconds is { } here)
        {
            yield return FormattableString.Invariant(
                $"The points of '{Path.GetFileName(path)}' were timed apart from the trials: the dense network took {there:0.000} ms ")
                + FormattableString.Invariant($"there and {here:0.000} ms here.");
        }
    }
}
