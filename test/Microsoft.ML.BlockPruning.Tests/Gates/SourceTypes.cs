using System.Text.RegularExpressions;

namespace Microsoft.ML.BlockPruning.Tests.Gates;

/// <summary>The top-level types of a source file, by their text.</summary>
internal static partial class SourceTypes
{
    /// <summary>Name and lines of each type in a file, in order; doc comments and attributes are not counted.</summary>
    /// <remarks>
    /// A record without a body ends with its first semicolon. Types sit in file-scoped namespaces, so a type at the left margin is a
    /// top-level one; "file" types belong to their neighbour.
    /// </remarks>
    public static IReadOnlyList<(string Name, int Lines)> In(string[] lines)
    {
        var types = new List<(string Name, int Lines)>();
        for (int i = 0; i < lines.Length; i++)
        {
            if (TopLevelType().Match(lines[i]) is { Success: true } match)
            {
                int body = Array.IndexOf(lines, "{", i);
                int semicolon = Array.FindIndex(lines, i, line => line.EndsWith(';'));
                int end = body >= 0 && body < semicolon ? Array.IndexOf(lines, "}", i) : semicolon;
                types.Add((match.Groups["name"].Value, end - i + 1));
            }
        }

        return types;
    }

    /// <summary>Full name of a type to the file that holds it.</summary>
    public static IReadOnlyDictionary<string, string> FilesOfTypes(string folder)
    {
        var files = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (string file in RepositoryFiles.Below(folder, "*.cs"))
        {
            string[] lines = RepositoryFiles.ReadLines(file);
            string? space = lines.Select(line => FileNamespace().Match(line)).FirstOrDefault(match => match.Success)?.Groups["name"].Value;
            foreach (var (name, _) in In(lines))
            {
                // X.Role.cs holds a part of X: the parts are one.
                files.TryAdd($"{space}.{name}", file);
            }
        }

        return files;
    }

    [GeneratedRegex(@"^(?!file )(?:[a-z]+ )*(?:class|struct|interface|enum|record(?: struct)?|delegate [\w<>\[\]?.]+) (?<name>[A-Z]\w*)")]
    private static partial Regex TopLevelType();

    [GeneratedRegex(@"^namespace (?<name>[\w.]+);")]
    private static partial Regex FileNamespace();
}
