using System.Diagnostics;
using System.Net;
using System.Text.RegularExpressions;

namespace Microsoft.ML.BlockPruning.Samples.Tests.Docs;

/// <summary>The documentation site as eng/site.sh makes it of the pages at hand.</summary>
[TestClass]
[OSCondition(OperatingSystems.Linux | OperatingSystems.OSX)]
public sealed partial class SiteTests
{
    private static TemporaryFolder _folder = null!;

    private static string Site => _folder.File("site");

    private static IEnumerable<string> Pages => Directory.EnumerateFiles(Site, "*.html", SearchOption.AllDirectories);

    [ClassInitialize]
    public static void Make(TestContext context)
    {
        Assert.IsNotNull(context);
        _folder = new TemporaryFolder();
        var start = new ProcessStartInfo(
            "bash", [Path.Combine(RepositoryRoot.Path, "eng/site.sh"), "--no-build", "--output", Site])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        // What a test host sets for itself must not reach another program of the SDK.
        foreach (string name in start.Environment.Keys.Where(name => name.StartsWith("MSBUILD", StringComparison.Ordinal)).ToList())
        {
            start.Environment.Remove(name);
        }

        using var script = Process.Start(start)!;
        var error = script.StandardError.ReadToEndAsync();
        string output = script.StandardOutput.ReadToEnd();
        script.WaitForExit();
        Assert.AreEqual(0, script.ExitCode, $"{output}\n{error.Result}");
    }

    [ClassCleanup]
    public static void Remove() => _folder.Dispose();

    [TestMethod]
    public void EveryMarkdownPage_IsAPageOfTheSite()
    {
        var missing = MarkdownCommands.Pages.Where(page => !File.Exists(Path.Combine(Site, Path.ChangeExtension(page, ".html"))));

        Assert.AreEqual("", string.Join('\n', missing));
        Assert.IsTrue(File.Exists(Path.Combine(Site, "index.html")));
    }

    [TestMethod]
    public void EveryMarkdownPage_IsInTheTableOfContents()
    {
        string contents = File.ReadAllText(Path.Combine(Site, "guide/toc.html"));

        var missing = MarkdownCommands.Pages
            .Where(page => !contents.Contains($"href=\"../{Path.ChangeExtension(page, ".html")}\"", StringComparison.Ordinal));

        Assert.AreEqual("", string.Join('\n', missing), "add them to eng/site/guide/toc.yml");
    }

    [TestMethod]
    public void EveryPublicType_IsInTheReference()
    {
        var missing = typeof(BlockPruneEstimator).Assembly.GetExportedTypes()
            .Where(type => !File.Exists(Path.Combine(Site, "api", $"{type.FullName!.Replace('`', '-').Replace('+', '.')}.html")));

        Assert.AreEqual("", string.Join('\n', missing));
    }

    [TestMethod]
    public void EveryLink_LeadsToAPageAndAPlaceInIt()
    {
        var broken = new List<string>();
        var places = new Dictionary<string, HashSet<string>>();
        int followed = 0;
        foreach (string page in Pages)
        {
            foreach (Match link in Link().Matches(File.ReadAllText(page)))
            {
                string[] parts = WebUtility.HtmlDecode(link.Groups["to"].Value).Split('#', 2);
                string target = parts[0].Length == 0
                    ? page : Path.GetFullPath(Path.Combine(Path.GetDirectoryName(page)!, Uri.UnescapeDataString(parts[0])));
                followed++;
                if (!target.StartsWith(Site, StringComparison.Ordinal) || !File.Exists(target))
                {
                    broken.Add($"{Path.GetRelativePath(Site, page)}: {link.Groups["to"].Value}");
                }
                else if (parts is [_, { Length: > 0 } place] && target.EndsWith(".html", StringComparison.Ordinal)
                    && !Places(target).Contains(Uri.UnescapeDataString(place)))
                {
                    broken.Add($"{Path.GetRelativePath(Site, page)}: {link.Groups["to"].Value} has no such place");
                }
            }
        }

        Assert.AreEqual("", string.Join('\n', broken.Distinct()));
        Assert.IsGreaterThan(1000, followed, "the scanner has gone blind");

        HashSet<string> Places(string file) => places.TryGetValue(file, out var known)
            ? known : places[file] = [.. Place().Matches(File.ReadAllText(file)).Select(match => match.Groups["id"].Value)];
    }

    // What leads out of the site is another's.
    [GeneratedRegex("""<(?:a|img|link|script)\b[^>]*?\b(?:href|src)="(?<to>(?!https?:|mailto:|data:|javascript:)[^"]+)["]""")]
    private static partial Regex Link();

    [GeneratedRegex("""\b(?:id|name)="(?<id>[^"]+)["]""")]
    private static partial Regex Place();
}
