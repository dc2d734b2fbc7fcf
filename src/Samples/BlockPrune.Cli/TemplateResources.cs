using System.Text;
using System.Text.RegularExpressions;

namespace BlockPrune.Cli;

/// <summary>The files of the template: resources of this program, listed in its project.</summary>
internal static partial class TemplateResources
{
    /// <summary>The library's package.</summary>
    public const string Library = "library.nupkg";

    private const string Prefix = "template/";

    private static readonly Lazy<HashSet<string>> LazyNames = new(ReadNames);

    // As the project's file calls them, by the path that they have in the template.
    private static readonly Dictionary<string, string> Resources = typeof(TemplateResources).Assembly.GetManifestResourceNames()
        .Where(name => name.StartsWith(Prefix, StringComparison.Ordinal))
        .ToDictionary(name => name[Prefix.Length..].Replace('\\', '/'));

    /// <summary>Paths of all text files.</summary>
    public static IEnumerable<string> TextFiles => Resources.Keys.Where(path => path != Library);

    /// <summary>Words that begin with a capital and stand in the C# code: types, namespaces, members.</summary>
    public static IReadOnlySet<string> Names => LazyNames.Value;

    /// <summary>A text file.</summary>
    public static string ReadText(string path) => Encoding.UTF8.GetString(ReadBytes(path));

    /// <summary>Any file.</summary>
    public static byte[] ReadBytes(string path)
    {
        using var resource = typeof(TemplateResources).Assembly.GetManifestResourceStream(Resources[path])!;
        byte[] content = new byte[resource.Length];
        resource.ReadExactly(content);
        return content;
    }

    private static HashSet<string> ReadNames() =>
    [
        .. from path in TextFiles
           where path.EndsWith(".cs", StringComparison.Ordinal)
           from Match word in Word().Matches(CommentOrText().Replace(ReadText(path), ""))
           select word.Value,
    ];

    [GeneratedRegex(@"//.*|""(?:[^""\\\n]|\\.)*""")]
    private static partial Regex CommentOrText();

    [GeneratedRegex(@"\b[A-Z]\w*")]
    private static partial Regex Word();
}
