using System.CommandLine;
using System.CommandLine.Parsing;

namespace SampleKit;

/// <summary>What is wrong with a command line, in lines: each fault with what may have been meant, then what there is.</summary>
internal static class OptionErrors
{
    /// <returns>None where nothing is wrong.</returns>
    public static IEnumerable<string> Of(ParseResult parsed)
    {
        var command = parsed.CommandResult.Command;
        string[] unknown = [.. parsed.UnmatchedTokens.Where(IsOption), .. SwallowedOptions(parsed)];
        string[] faults = [.. Faults(parsed, command, unknown)];
        return faults.Length == 0 ? [] : [.. faults, WhatThereIs(command, unknown.Length > 0)];
    }

    private static IEnumerable<string> Faults(ParseResult parsed, Command command, string[] unknown)
    {
        string[] verbs = VerbsOf(command);
        foreach (string option in unknown)
        {
            yield return $"There is no option {option}.{Suggestion.Ask(option, NamesOf(parsed))}";
        }

        // What follows an option that there is not is its value.
        var strange = unknown.Length > 0 ? [] : parsed.UnmatchedTokens;
        foreach (string word in strange)
        {
            yield return verbs.Length > 0
                ? $"There is no verb {word}.{Suggestion.Ask(word, verbs)}"
                : $"{word} is one word too many.";
        }

        if (verbs.Length > 0 && (unknown.Length > 0 || strange.Count > 0))
        {
            yield break; // that a verb is missing goes without saying
        }

        foreach (var error in parsed.Errors.Where(error => !parsed.UnmatchedTokens.Any(token => IsAbout(error, token))))
        {
            yield return error.Message;
        }
    }

    private static string WhatThereIs(Command command, bool isOptionUnknown)
    {
        string[] verbs = VerbsOf(command);
        return verbs.Length > 0 ? $"The verbs are {string.Join(", ", verbs)}."
            : isOptionUnknown
                ? $"The options are {string.Join(", ", command.Options.Select(option => option.Name))}; --help explains them."
                : $"{command.Name} --help explains the options.";
    }

    private static string[] VerbsOf(Command command) =>
        [.. command.Subcommands.Where(verb => !verb.Hidden).Select(verb => verb.Name)];

    // Help and version are the root's.
    private static IEnumerable<string> NamesOf(ParseResult parsed) =>
        parsed.CommandResult.Command.Options.Concat(parsed.RootCommandResult.Command.Options).Where(option => !option.Hidden)
            .Select(option => option.Name).Distinct();

    // The parser's own words for what it could not place.
    private static bool IsAbout(ParseError error, string token) => error.Message.Contains($"'{token}'", StringComparison.Ordinal);

    // An argument takes what looks like an option, so that a slip of the keyboard would become a file that is not there.
    private static IEnumerable<string> SwallowedOptions(ParseResult parsed) =>
        parsed.Tokens.Any(token => token.Type == TokenType.DoubleDash)
            ? []
            : parsed.CommandResult.Children.OfType<ArgumentResult>().SelectMany(argument => argument.Tokens)
                .Select(token => token.Value).Where(value => IsOption(value) && !File.Exists(value));

    private static bool IsOption(string word) => word.Length > 1 && word[0] == '-' && !char.IsAsciiDigit(word[1]);
}
