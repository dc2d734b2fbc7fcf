using System.Text.Json;
using System.Xml.Linq;

namespace Microsoft.ML.BlockPruning.Samples.Tests.BlockPrune;

/// <summary>What <c>blockprune new</c> writes, and what it refuses. <see cref="NewProjectTests"/> builds and runs it.</summary>
[TestClass]
public sealed class NewVerbTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [TestMethod]
    [DataRow("Shoes", "Shoes")]
    [DataRow("Acme.Shoes", "Acme.Shoes")]
    [DataRow("my-shoes", "my_shoes")]
    [DataRow("1st.2nd", "_1st._2nd")]
    [DataRow("class", "_class")]
    [DataRow("Gr\u00f6\u00dfe", "Gr\u00f6\u00dfe")]
    public void Name_BecomesANamespace(string name, string expected)
    {
        var run = CliRun.Of("new", name, "--output", _folder.File("made"), "--json");

        Assert.AreEqual(0, run.ExitCode, run.Error);
        Assert.AreEqual(expected, JsonDocument.Parse(run.Output).RootElement.GetProperty("namespace").GetString());
        string[] sources = Directory.GetFiles(_folder.File("made"), "*.cs", SearchOption.AllDirectories);
        Assert.IsTrue(sources.Length > 10);
        foreach (string source in sources)
        {
            string text = File.ReadAllText(source);
            bool isService = Path.GetDirectoryName(source)!.EndsWith(".WebApi", StringComparison.Ordinal);
            if (text.Contains("namespace ", StringComparison.Ordinal))
            {
                Assert.Contains($"namespace {expected}{(isService ? ".WebApi" : "")};", text);
            }
        }
    }

    [TestMethod]
    [DataRow("../Shoes", "holds letters, digits")]
    [DataRow("a/b", "holds letters, digits")]
    [DataRow("a..b", "single dots")]
    [DataRow(".", "begins with a letter")]
    [DataRow("-x", "begins with a letter")]
    [DataRow("", "begins with a letter")]
    [DataRow("a b", "holds letters, digits")]
    [DataRow("$(x)", "holds letters, digits")]
    [DataRow("a;b", "holds letters, digits")]
    [DataRow("nul", "Windows keeps 'nul'")]
    [DataRow("Com1.x", "Windows keeps 'Com1'")]
    [DataRow("Console", "calls something else 'Console'")]
    [DataRow("system.x", "calls something else 'system'")]
    [DataRow("PruneModel", "calls something else 'PruneModel'")]
    [DataRow("S234567890123456789012345678901234567890123456789012345678901", "61 characters")]
    public void Name_ThatCannotBeAProjectsIsRefused(string name, string says)
    {
        string[] arguments = name.StartsWith('-') ? ["new", "--output", _folder.File("made"), "--", name] : ["new", name];

        var run = CliRun.Of(arguments);

        Assert.AreEqual(2, run.ExitCode, run.Output);
        Assert.Contains(says, run.Error);
        Assert.HasCount(1, run.Error.TrimEnd().Split('\n'));
        Assert.IsFalse(Directory.Exists(_folder.File("made")));
    }

    [TestMethod]
    public void Folder_ThatHoldsSomethingIsRefusedAndLeftAlone()
    {
        File.WriteAllText(_folder.File("mine.txt"), "mine");

        var full = CliRun.Of("new", "Shoes", "--output", _folder.Path);
        var file = CliRun.Of("new", "Shoes", "--output", _folder.File("mine.txt"));

        Assert.AreEqual(1, full.ExitCode);
        Assert.Contains("a folder that is not empty", full.Error);
        Assert.AreEqual(1, file.ExitCode);
        Assert.Contains("is a file", file.Error);
        Assert.HasCount(1, Directory.GetFileSystemEntries(_folder.Path));
    }

    [TestMethod]
    [DataRow(true, DisplayName = "that was there")]
    [DataRow(false, DisplayName = "that is new")]
    public void Folder_IsAsBeforeWhereTheVerbIsCancelled(bool wasThere)
    {
        string target = _folder.File("made");
        if (wasThere)
        {
            Directory.CreateDirectory(target);
        }

        var run = CliRun.Of(new CancellationToken(canceled: true), "new", "Shoes", "--output", target);

        Assert.AreNotEqual(0, run.ExitCode);
        Assert.AreEqual(wasThere, Directory.Exists(target));
        Assert.IsFalse(wasThere && Directory.EnumerateFileSystemEntries(target).Any());
    }

    /// <summary>Nothing of the repository is left in the project: no path out of it, no name of the sample's.</summary>
    [TestMethod]
    public void Project_StandsAlone()
    {
        var run = CliRun.Of("new", "Shoes", "--output", _folder.File("made"));

        Assert.AreEqual(0, run.ExitCode, run.Error);
        string root = _folder.File("made");
        string[] texts = [.. Directory.GetFiles(root, "*", SearchOption.AllDirectories)
            .Where(file => Path.GetExtension(file) is ".cs" or ".csproj" or ".json" or ".config" or ".slnx" or ".md")];
        foreach (string file in texts)
        {
            string text = File.ReadAllText(file);
            foreach (string leftover in new[] { "PruneModelSample", "PruneModel.WebApi", "$PROJECT$", "Repository.targets", "SampleKit" })
            {
                Assert.IsFalse(text.Contains(leftover, StringComparison.Ordinal), $"{file} says {leftover}");
            }
        }

        string[] projects = [Path.Combine(root, "Shoes.csproj"), Path.Combine(root, "Shoes.WebApi", "Shoes.WebApi.csproj")];
        string package = Path.GetFileNameWithoutExtension(Directory.GetFiles(Path.Combine(root, "packages"), "*.nupkg").Single());
        foreach (string project in projects)
        {
            var xml = XDocument.Load(project);
            var references = xml.Descendants("PackageReference").ToDictionary(
                reference => reference.Attribute("Include")!.Value, reference => reference.Attribute("Version")?.Value);
            Assert.IsTrue(references.Values.All(version => !string.IsNullOrEmpty(version)), $"{project} names a version of every package");
            Assert.AreEqual(package, $"Microsoft.ML.BlockPruning.{references["Microsoft.ML.BlockPruning"]}");
            var outside = xml.Descendants().Attributes("Include").Select(include => include.Value)
                .Where(include => include.StartsWith("..", StringComparison.Ordinal))
                .Where(include => !File.Exists(Path.Combine(Path.GetDirectoryName(project)!, include)));
            Assert.AreEqual("", string.Join(' ', outside));
        }

        Assert.HasCount(500, Directory.GetFiles(Path.Combine(root, "data", "train"), "*.png", SearchOption.AllDirectories));
        Assert.HasCount(1000, Directory.GetFiles(Path.Combine(root, "data", "test"), "*.png", SearchOption.AllDirectories));
        Assert.Contains("Zalando", File.ReadAllText(Path.Combine(root, "data", "NOTICE")));
    }
}
