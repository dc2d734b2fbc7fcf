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
        option.Validators.Add(result => Check(result, result.Tokens, $"{option.Name}: ", extension, content));
        return option;
    }

    /// <inheritdoc cref="EndsIn{T}(Option{T}, string, string)"/>
    public static Argument<T> EndsIn<T>(this Argument<T> argument, string extension, string content)
    {
        argument.Validators.Add(result => Check(result, result.Tokens, "", extension, content));
        return argument;
    }

    private static void Check(SymbolResult result, IEnumerable<Token> tokens, string name, string extension, string content)
    {
        foreach (string path in tokens.Select(token => token.Value).Where(path => !IsRight(path, extension)))
        {
            result.AddError($"{name}{path} does not end in {extension}: {content}. Did you mean {Path.ChangeExtension(path, extension)}?");
        }
    }

    // A device or a pipe has no ending; whether it can be written to, is decided where it is opened.
    private static bool IsRight(string path, string extension)
    {
        string found = Path.GetExtension(path);
        return found.Equals(extension, StringComparison.OrdinalIgnoreCase) || (found.Length == 0 && File.Exists(path));
    }
}
