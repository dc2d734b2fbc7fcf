using Microsoft.ML.BlockPruning.Files;
using Microsoft.VisualBasic.FileIO;

namespace SampleKit;

/// <summary>A CSV file that lists image files with their classes.</summary>
internal static class ImageTable
{
    // A million rows of 250 characters; the rows stand in memory.
    private const long MaximumBytes = 256L << 20;

    private const string PathColumn = nameof(ImageFileRow.ImagePath);
    private const string LabelColumn = nameof(ImageFileRow.Label);

    /// <summary>Reads the table.</summary>
    /// <param name="path">
    /// Commas between fields, quotes around fields that need them; the header names the columns ImagePath and Label, in any order and among
    /// others. A relative path starts at the table's folder.
    /// </param>
    /// <returns>Classes in ordinal order, their files in the table's.</returns>
    /// <exception cref="IOException">It cannot be read, or is a pipe, a device or a folder.</exception>
    /// <exception cref="InvalidDataException">
    /// A column is missing, a line is broken, a field empty, there is no row, or the file is too long.
    /// </exception>
    public static IReadOnlyList<IGrouping<string, ImageFileRow>> Read(string path)
    {
        string folder = Path.GetDirectoryName(Path.GetFullPath(path)) ?? "";
        using var file = RegularFile.Open(path);
        if (file.Length > MaximumBytes)
        {
            throw new InvalidDataException(
                $"{path} has {file.Length} bytes, expected at most {MaximumBytes}: it is no table of images, or needs to be split.");
        }

        using var parser = new TextFieldParser(file) { TextFieldType = FieldType.Delimited, HasFieldsEnclosedInQuotes = true };
        parser.SetDelimiters(",");
        string[] header = Next(parser, path) ?? throw new InvalidDataException($"{path} is empty; it begins with ImagePath,Label.");
        int imagePath = Find(header, PathColumn, path), label = Find(header, LabelColumn, path);
        var rows = new List<ImageFileRow>();
        for (long line = parser.LineNumber; Next(parser, path) is { } fields; line = parser.LineNumber)
        {
            if (fields.Length != header.Length)
            {
                throw new InvalidDataException($"{path}, line {line}: {fields.Length} fields, expected {header.Length}.");
            }

            if (fields[imagePath].Length == 0 || fields[label].Length == 0)
            {
                throw new InvalidDataException($"{path}, line {line}: {PathColumn} or {LabelColumn} is empty.");
            }

            rows.Add(new ImageFileRow { ImagePath = Path.GetFullPath(fields[imagePath], folder), Label = fields[label] });
        }

        return rows.Count > 0
            ? [.. rows.GroupBy(row => row.Label).OrderBy(group => group.Key, StringComparer.Ordinal)]
            : throw new InvalidDataException($"{path} has a header and no rows; a row is a file and its class, such as cats/1.jpg,cat.");
    }

    private static string[]? Next(TextFieldParser parser, string path)
    {
        try
        {
            return parser.ReadFields();
        }
        catch (MalformedLineException)
        {
            throw new InvalidDataException(
                $"{path}, line {parser.ErrorLineNumber}: quotes do not match. A quote inside a quoted field is written twice.");
        }
    }

    private static int Find(string[] header, string column, string path)
    {
        int index = Array.IndexOf(header, column);
        return index >= 0
            ? index
            : throw new InvalidDataException(
                $"{path} has no column {column}; its columns are {string.Join(", ", header)}. It begins with the line ImagePath,Label.");
    }
}
