using System.CommandLine;
using System.CommandLine.Help;
using System.Text.RegularExpressions;
using BlockPrune.Cli;
using Spectre.Console;

namespace Microsoft.ML.BlockPruning.Samples.Tests.Docs;

/// <summary>What a page says to type is a command that its program takes: verbs, options, values, projects, scripts. None is run.</summary>
[TestClass]
public sealed partial class DocumentedCommandsTests
{
    private static readonly Dictionary<string, Func<RootCommand>> Programs = new()
    {
        ["src/Samples/BlockPrune.Cli"] = () => global::BlockPrune.Cli.Cli.Create(
            CliOutput.To(TextWriter.Null, TextWriter.Null, AnsiConsole.Create(new AnsiConsoleSettings()))),
        ["src/Samples/Quickstart"] = global::Quickstart.QuickstartCommand.Create,
        ["src/Samples/PruneModel"] = () => PruneModelSample.PruneModelCommand.Create(TextWriter.Null, TextWriter.Null),
        ["src/Samples/TrainViT"] = () => global::TrainViT.TrainCommand.Create(TextWriter.Null),
    };

    private static List<DocumentedCommand> All => [.. MarkdownCommands.Pages.SelectMany(MarkdownCommands.Of)];

    [TestMethod]
    public void Commands_AreFound()
    {
        Assert.IsGreaterThan(40, All.Count, "the scanner has gone blind");
        Assert.IsGreaterThan(20, All.Count(command => command.IsBlock));
    }

    [TestMethod]
    public void Command_NamesAProgramThatExists() =>
        AssertNone(All.Where(command => command.Program.Length > 0 && !Path.Exists(InRepository(command.Program))));

    [TestMethod]
    public void Command_NamesFilesOfTheRepositoryThatExist() =>
        AssertNone(All.Where(command => command.Words.Any(
            word => RepositoryFile().IsMatch(word) && !Path.Exists(InRepository(word)))));

    [TestMethod]
    public void Command_IsTakenByItsProgram()
    {
        var wrong =
            from command in All
            where Programs.ContainsKey(command.Program)
            let why = WhatIsWrong(Programs[command.Program](), command)
            where why.Length > 0
            select $"{command}: {why}";

        Assert.AreEqual("", string.Join('\n', wrong));
    }

    [TestMethod]
    public void Script_KnowsTheOptions() => AssertNone(
        from command in All
        where command.Program.EndsWith(".sh", StringComparison.Ordinal)
        let text = TextsBehind(command.Program)
        where command.Arguments.Where(word => word.StartsWith("--", StringComparison.Ordinal)).Any(option => !text.Contains(option))
            || (command.Program == "eng/bench.sh" && command.Arguments is [var verb, ..] && !text.Contains($"\"{verb}\""))
        select command);

    [TestMethod]
    [DataRow("blockprune prune --bundled --kept 0.5")]
    [DataRow("blockprune prun --bundled")]
    [DataRow("blockprune bench pruned.zip --batch many")]
    [DataRow("dotnet run -c Release --project src/Samples/Quickstart -- --keep much")]
    public void WrongCommand_IsSeen(string text)
    {
        var command = new DocumentedCommand("page", text, IsBlock: true);

        Assert.AreNotEqual("", WhatIsWrong(Programs[command.Program](), command));
    }

    // A word of a sentence may leave out what a command needs, but what it has must be there.
    private static string WhatIsWrong(RootCommand root, DocumentedCommand command)
    {
        string[] arguments = [.. command.Arguments.Select(word => word == "VERB" ? root.Subcommands[0].Name : word)];
        var parsed = root.Parse(arguments);
        if (parsed.Errors.Count == 0 || parsed.Action is HelpAction)
        {
            return "";
        }

        if (command.IsBlock)
        {
            return string.Join("; ", parsed.Errors.Select(error => error.Message));
        }

        var unknown = arguments.Where(word => word.StartsWith("--", StringComparison.Ordinal))
            .Where(word => !parsed.CommandResult.Command.Options.Concat(root.Options).Any(option => option.Name == word));
        bool hasVerb = root.Subcommands.Count == 0 || arguments.Length == 0 || parsed.CommandResult.Command != root;
        return string.Join(' ', hasVerb ? unknown : unknown.Prepend($"no verb {arguments[0]}"));
    }

    // A script hands its arguments on to the program beside its name.
    private static string TextsBehind(string script)
    {
        string folder = Path.GetFileName(script) switch
        {
            "bench.sh" => "test/Microsoft.ML.BlockPruning.Benchmarks",
            "fuzz.sh" => "test/Microsoft.ML.BlockPruning.Fuzz",
            _ => "",
        };
        var files = folder.Length == 0 ? [] : Directory.EnumerateFiles(InRepository(folder), "*.cs", SearchOption.AllDirectories);
        return string.Join('\n', files.Prepend(InRepository(script)).Where(File.Exists).Select(File.ReadAllText));
    }

    private static string InRepository(string path) => Path.Combine(RepositoryRoot.Path, path);

    private static void AssertNone(IEnumerable<DocumentedCommand> offenders) => Assert.AreEqual("", string.Join('\n', offenders));

    [GeneratedRegex(@"^(\./)?(eng|src|test|docs)/[\w./-]+$")]
    private static partial Regex RepositoryFile();
}
