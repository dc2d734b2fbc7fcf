using System.Text.RegularExpressions;

namespace BlockPrune.Cli;

/// <summary>The name of a project that is to be written, and the namespace that C# has for it.</summary>
/// <param name="Name">Of the project's folder, file and assembly.</param>
/// <param name="Namespace">The same, with _ for what no identifier may hold.</param>
internal sealed partial record ProjectName(string Name, string Namespace)
{
    private const int LongestName = 60; // projects, and files below them, have paths of 260 characters at most in places
    private const string Advice = "Give another name, such as Shoes; --output FOLDER says where it is written.";

    // Assemblies beside the project's own, which file systems tell apart by more than case or do not.
    private static readonly HashSet<string> Assemblies =
        new(["System", "Microsoft", "SkiaSharp", "TorchSharp"], StringComparer.OrdinalIgnoreCase);

    // C# keywords that could be a whole word between two dots (C# specification, 6.4.4).
    private static readonly HashSet<string> Keywords =
    [
        "abstract", "as", "base", "bool", "break", "byte", "case", "catch", "char", "checked", "class", "const", "continue", "decimal",
        "default", "delegate", "do", "double", "else", "enum", "event", "explicit", "extern", "false", "finally", "fixed", "float", "for",
        "foreach", "goto", "if", "implicit", "in", "int", "interface", "internal", "is", "lock", "long", "namespace", "new", "null",
        "object", "operator", "out", "override", "params", "private", "protected", "public", "readonly", "ref", "return", "sbyte",
        "sealed", "short", "sizeof", "stackalloc", "static", "string", "struct", "switch", "this", "throw", "true", "try", "typeof",
        "uint", "ulong", "unchecked", "unsafe", "ushort", "using", "virtual", "void", "volatile", "while",
    ];

    /// <summary>Reads a name.</summary>
    /// <exception cref="OptionsException">It cannot be a project's; says why.</exception>
    public static ProjectName Parse(string text)
    {
        if (!Form().IsMatch(text))
        {
            throw new OptionsException(
                $"'{text}' cannot be a project's name, which holds letters, digits, single dots, _ and -, and begins with a "
                + $"letter, a digit or _. {Advice}");
        }

        if (text.Length > LongestName)
        {
            throw new OptionsException($"'{text}' has {text.Length} characters; a project's name has {LongestName} at most. {Advice}");
        }

        string[] parts = [.. text.Split('.').Select(Identifier)];
        if (Device().IsMatch(text.Split('.')[0]))
        {
            throw new OptionsException(
                $"'{text}' cannot be a project's name, for Windows keeps '{text.Split('.')[0]}' for a device. {Advice}");
        }

        return Assemblies.Contains(parts[0]) || TemplateResources.Names.Contains(parts[0])
            ? throw new OptionsException($"'{text}' cannot be a project's name, for its code calls something else '{parts[0]}'. {Advice}")
            : new ProjectName(text, string.Join('.', parts));
    }

    // One identifier: what it may not hold becomes _, and _ comes before what it may not begin with or be.
    private static string Identifier(string part)
    {
        string word = part.Replace('-', '_');
        return char.IsDigit(word[0]) || Keywords.Contains(word) ? $"_{word}" : word;
    }

    [GeneratedRegex(@"^[\p{L}\p{Nd}_][\p{L}\p{Nd}_-]*(\.[\p{L}\p{Nd}_][\p{L}\p{Nd}_-]*)*\z")]
    private static partial Regex Form();

    [GeneratedRegex(@"^(con|prn|aux|nul|com\d|lpt\d)\z", RegexOptions.IgnoreCase)]
    private static partial Regex Device();
}
