using System.Text;

namespace Microsoft.ML.BlockPruning.Samples.Tests.Docs;

/// <summary>A command line of a page.</summary>
/// <param name="Page">The page, from the repository's root.</param>
/// <param name="Text">The line as a reader types it: continued lines in one, without a comment.</param>
/// <param name="IsBlock">Whether it stands in a block of its own; else it is a word of a sentence and may leave things out.</param>
internal sealed record DocumentedCommand(string Page, string Text, bool IsBlock)
{
    private const string OwnTool = "src/Samples/BlockPrune.Cli";

    /// <summary>The words as a shell takes them.</summary>
    public string[] Words { get; } = Split(Text);

    /// <summary>The project or script that is run; "" where it is neither.</summary>
    public string Program => Words switch
    {
        ["blockprune", ..] => OwnTool,
        ["dotnet", "run", ..] => ProjectOf(Words),
        ["bash", var script, ..] => script,
        [var script, ..] when script.StartsWith("eng/", StringComparison.Ordinal) => script,
        _ => "",
    };

    /// <summary>What the program gets.</summary>
    public string[] Arguments => Words switch
    {
        ["blockprune", .. var rest] => [.. rest],
        ["dotnet", "run", ..] => [.. Words.SkipWhile(word => word != "--").Skip(1)],
        ["bash", _, .. var rest] => [.. rest],
        [_, .. var rest] => [.. rest],
        _ => [],
    };

    public override string ToString() => $"{Page}: {Text}";

    // dotnet run [-c Release] --project FOLDER, or a file of C#.
    private static string ProjectOf(string[] words)
    {
        int option = Array.IndexOf(words, "--project");
        return option >= 0 && option + 1 < words.Length ? words[option + 1] : words.FirstOrDefault(word => word.Contains('/')) ?? "";
    }

    private static string[] Split(string line)
    {
        var words = new List<string>();
        var word = new StringBuilder();
        bool started = false;
        char quote = '\0';
        foreach (char letter in line + " ")
        {
            if (quote != '\0' ? letter == quote : letter is '"' or '\'')
            {
                quote = quote == '\0' ? letter : '\0';
                started = true;
            }
            else if (quote == '\0' && letter == ' ')
            {
                if (started)
                {
                    words.Add(word.ToString());
                    word.Clear();
                    started = false;
                }
            }
            else
            {
                word.Append(letter);
                started = true;
            }
        }

        return [.. words];
    }
}
