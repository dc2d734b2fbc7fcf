using System.Collections;
using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace SampleKit;

/// <summary>Help whose defaults are what one types: <c>obs-path</c>, <c>0.7,0.5</c>, and not C#'s names and types.</summary>
/// <param name="inner">Writes the help, which cannot be told how a default looks.</param>
internal sealed partial class TypedHelp(HelpAction inner) : SynchronousCommandLineAction
{
    // A typed name has hyphens that C#'s has not; so many columns stay free for them.
    private const int Spare = 3;

    /// <summary>Puts it in the place of a program's help.</summary>
    public static void On(RootCommand root)
    {
        var option = root.Options.OfType<HelpOption>().Single();
        if (option.Action is HelpAction written)
        {
            option.Action = new TypedHelp(written);
        }
    }

    public override int Invoke(ParseResult parseResult)
    {
        var settings = parseResult.InvocationConfiguration;
        var output = settings.Output;
        using var help = new StringWriter();
        inner.MaxWidth -= Spare;
        settings.Output = help;
        try
        {
            int exitCode = inner.Invoke(parseResult);
            output.Write(Typed(help.ToString(), parseResult.CommandResult.Command));
            return exitCode;
        }
        finally
        {
            settings.Output = output;
            inner.MaxWidth += Spare;
        }
    }

    private static string Typed(string help, Command command)
    {
        var texts = new Dictionary<string, string>();
        foreach (var option in command.Options.Where(option => option.HasDefaultValue))
        {
            if (option.GetDefaultValue() is { } value)
            {
                texts[WrittenOf(value)] = TypedOf(value);
            }
        }

        return Default().Replace(help, match => texts.TryGetValue(match.Groups["value"].Value, out string? typed)
            ? typed.Length == 0 ? "" : $"{match.Groups["before"].Value}{typed}]"
            : match.Value);
    }

    // As the help writes it.
    private static string WrittenOf(object value) => value is IEnumerable list and not string
        ? string.Join('|', list.Cast<object?>()) : $"{value}";

    private static string TypedOf(object? value) => value switch
    {
        null => "",
        string text => text,
        Enum choice => choice.ToString() == "Unspecified" ? "" : JsonNamingPolicy.KebabCaseLower.ConvertName(choice.ToString()),
        IEnumerable list => string.Join(',', list.Cast<object?>().Select(TypedOf)),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "",
    };

    [GeneratedRegex(@"(?<before>\[default:\s+)(?<value>[^\]]+)\]")]
    private static partial Regex Default();
}
