using System.CommandLine;
using System.CommandLine.Parsing;

namespace BlockPrune.Cli;

/// <summary>Files that a verb writes: a name that promises another kind of file is refused before any work.</summary>
internal static class OutputOptions
{
    /// <summary>Refuses names with another ending.</summary>
    /// <param name="option">Takes the path.</param>
    /// <param name="extension">With its point, such as <c>.zip</c>.</param>
    /// <param name="content">What is written, such as <c>a saved pipeline is a zip file</c>.</param>
    public static Option<T> EndsIn<T>(this Option<T> option, string extension, string content)
    {
        option.Validators.Add(result => Check(result, result.Tokens, $"{option.Name}: ", [extension], content));
        return option;
    }

    /// <summary>The same of an argument that may be a file of several kinds; the first extension is proposed.</summary>
    public static Argument<T> EndsIn<T>(this Argument<T> argument, IReadOnlyList<string> extensions, string content)
    {
        argument.Validators.Add(result => Check(result, result.Tokens, "", extensions, content));
        return argument;
    }

    private static void Check(
        SymbolResult result, IEnumerable<Token> tokens, string name, IReadOnlyList<string> extensions, string content)
    {
        foreach (string path in tokens.Select(token => token.Value).Where(path => !IsRight(path, extensions)))
        {
            result.AddError(
                $"{name}{path} does not end in {string.Join(" or ", extensions)}: {content}. "
                + $"Did you mean {Path.ChangeExtension(path, extensions[0])}?");
        }
    }

    // A device or a pipe has no ending; whether it can be written to, is decided where it is opened.
    private static bool IsRight(string path, IReadOnlyList<string> extensions)
    {
        string found = Path.GetExtension(path);
        return extensions.Contains(found, StringComparer.OrdinalIgnoreCase) || (found.Length == 0 && File.Exists(path));
    }
}
