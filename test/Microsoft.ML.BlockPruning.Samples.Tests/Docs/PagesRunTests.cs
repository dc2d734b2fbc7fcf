using Microsoft.ML.BlockPruning.Samples.Tests.BlockPrune;

namespace Microsoft.ML.BlockPruning.Samples.Tests.Docs;

/// <summary>
/// The commands of a page, typed one after another in one folder, as they stand there. The bundled network and its images, which take a
/// minute, are replaced with a tiny network; a command that is only parsed says why.
/// </summary>
[TestClass]
public sealed class PagesRunTests : IDisposable
{
    private static readonly string[] Classes = ["cat", "dog", "owl"];

    private static readonly (string Start, string Why)[] OnlyParsed =
    [
        ("dotnet run -c Release --project src/Samples/Quickstart", "takes a minute; QuickstartRunTests runs it on a tiny network"),
        ("dotnet run -c Release --project src/Samples/BlockPrune.Cli", "the words before VERB"),
        ("blockprune VERB", "stands for any verb"),
        ("blockprune prune --bundled --latency", "times are noise in a network of two layers; VerbTests prunes to a time"),
        ("blockprune gpu-check", "needs a GPU; GpuCheckTests runs it"),
        ("blockprune new", "restores packages and trains; its own tests build what it writes"),
    ];

    private readonly string _before = Environment.CurrentDirectory;
    private readonly TemporaryFolder _folder = new();

    public PagesRunTests()
    {
        Environment.CurrentDirectory = _folder.Path;
        string tiny = TinyNetwork.Save(_folder, Classes.Length, labels: Classes);
        string images = TinyNetwork.SaveImages(_folder, perClass: 15, Classes);
        Directory.CreateDirectory("deit");
        File.Copy(tiny, "deit/model.safetensors");
        File.Copy("config.json", "deit/config.json");
        File.Move(tiny, "deit.safetensors");
        Directory.Move(images, "photos");
        foreach (string name in new[] { "shoe.png", "cat.jpg", "dog.jpg" })
        {
            File.Copy("photos/cat/0.png", name); // a decoder goes by the first bytes
        }
    }

    public void Dispose()
    {
        Environment.CurrentDirectory = _before;
        _folder.Dispose();
    }

    [TestMethod]
    public void GettingStarted_RunsAsItStands() => Run("docs/getting-started.md", command => command.IsBlock, atLeast: 9);

    // Its table has a whole command in each row.
    [TestMethod]
    public void TheToolsPage_RunsAsItStands() => Run(
        "src/Samples/BlockPrune.Cli/README.md", command => command.Arguments.Length > 2, atLeast: 8);

    private static void Run(string page, Func<DocumentedCommand, bool> isWhole, int atLeast)
    {
        var failures = new List<string>();
        int run = 0;
        foreach (var command in MarkdownCommands.Of(page).Where(command => command.Words[0] == "blockprune" && isWhole(command)))
        {
            if (OnlyParsed.Any(only => command.Text.StartsWith(only.Start, StringComparison.Ordinal)))
            {
                continue;
            }

            var answer = CliRun.Of(WithoutTheBundled(command.Arguments));
            run++;
            if (answer.ExitCode != 0)
            {
                failures.Add($"{command.Text}: {answer.ExitCode}\n{answer.Error}");
            }
        }

        Assert.AreEqual("", string.Join('\n', failures));
        Assert.IsGreaterThanOrEqualTo(atLeast, run, "commands of the page that are run");
    }

    private static string[] WithoutTheBundled(string[] arguments)
    {
        string[] network = arguments[0] switch
        {
            "report" => ["--dense", "deit/model.safetensors"],
            "prune" or "sweep" => ["--model", "deit/model.safetensors"],
            _ => [],
        };
        return arguments.Contains("--bundled")
            ? [.. arguments.Where(word => word != "--bundled"), .. network, "--images", "photos"]
            : arguments;
    }
}
