using System.Diagnostics;
using System.IO.Compression;
using System.Text;
using System.Xml.Linq;

namespace Microsoft.ML.BlockPruning.Samples.Tests.Packages;

/// <summary>What eng/Package.props makes of a repository that has an address, seen at a library of one class.</summary>
[TestClass]
public sealed class PackageSettingsTests
{
    private const string Address = "https://github.com/example/small";

    [TestMethod]
    public void Package_NamesTheRepositoryAndItsSymbolsLeadToTheSources()
    {
        using var folder = new TemporaryFolder();
        string commit = MakeRepository(folder);
        Pack(folder);

        using var package = ZipFile.OpenRead(folder.File("out/small.1.0.0.nupkg"));
        using var nuspec = package.GetEntry("small.nuspec")!.Open();
        var fields = XDocument.Load(nuspec).Descendants().ToLookup(field => field.Name.LocalName);
        Assert.AreEqual(Address, fields["projectUrl"].Single().Value);
        Assert.AreEqual($"{Address}.git", fields["repository"].Single().Attribute("url")!.Value);
        Assert.AreEqual(commit, fields["repository"].Single().Attribute("commit")!.Value);
        Assert.AreEqual("- What is new; and 50 % of it.", fields["releaseNotes"].Single().Value);
        string symbols = Encoding.Latin1.GetString(File.ReadAllBytes(folder.File("lib/bin/Release/net10.0/small.pdb")));
        StringAssert.Contains(symbols, $"https://raw.githubusercontent.com/example/small/{commit}/*");
    }

    [TestMethod]
    public void Package_OfTheSameSourcesHasTheSameBytesWhereverTheyLie()
    {
        using var one = new TemporaryFolder();
        using var other = new TemporaryFolder();
        foreach (var folder in new[] { one, other })
        {
            MakeRepository(folder);
            Pack(folder);
        }

        foreach (string file in new[] { "small.dll", "small.pdb" })
        {
            CollectionAssert.AreEqual(
                File.ReadAllBytes(one.File($"lib/bin/Release/net10.0/{file}")),
                File.ReadAllBytes(other.File($"lib/bin/Release/net10.0/{file}")), file);
        }
    }

    /// <summary>The newest changes are those of the version that is packed.</summary>
    [TestMethod]
    public void Changelog_BeginsWithTheVersionThatIsPacked()
    {
        string version = XDocument.Load(Path.Combine(RepositoryRoot.Path, "Directory.Build.props"))
            .Descendants("Version").Single().Value;

        StringAssert.StartsWith(RepositoryRoot.NewestChanges().Heading, $"## {version}");
        Assert.IsLessThan(35_000, RepositoryRoot.NewestChanges().Text.Length, "nuget.org takes no more");
    }

    /// <summary>A type that the package before had and this one has not is an error of pack.</summary>
    [TestMethod]
    public void Package_ThatLostAPublicTypeIsNotPacked()
    {
        using var folder = new TemporaryFolder();
        MakeRepository(folder);
        Pack(folder);
        File.WriteAllText(folder.File("lib/Small.cs"), "namespace Small; public static class Other;");

        string[] arguments =
        [
            "pack", "lib", "-c", "Release", "-o", "out", "-p:Version=2.0.0", "-p:EnablePackageValidation=true",
            $"-p:PackageValidationBaselinePath={folder.File("out/small.1.0.0.nupkg")}",
        ];
        var failure = Assert.ThrowsExactly<AssertFailedException>(() => ConsumerProject.Dotnet(folder.Path, arguments));

        StringAssert.Contains(failure.Message, "CP0001");
    }

    /// <summary>And the library's own project asks for that, with a package that is there.</summary>
    [TestMethod]
    public void Library_IsHeldAgainstThePackageBefore()
    {
        string[] answer = ConsumerProject.Dotnet(
            RepositoryRoot.Path, "msbuild", "src/Microsoft.ML.BlockPruning", "-getProperty:EnablePackageValidation",
            "-getProperty:PackageValidationBaselinePath");
        string json = string.Concat(answer);

        var properties = System.Text.Json.JsonDocument.Parse(json).RootElement.GetProperty("Properties");
        Assert.AreEqual("true", properties.GetProperty("EnablePackageValidation").GetString());
        using var baseline = ZipFile.OpenRead(properties.GetProperty("PackageValidationBaselinePath").GetString()!);
        Assert.IsNotNull(baseline.GetEntry("lib/net10.0/Microsoft.ML.BlockPruning.dll"));
    }

    private static string MakeRepository(TemporaryFolder folder)
    {
        Directory.CreateDirectory(folder.File("eng"));
        Directory.CreateDirectory(folder.File("lib"));
        foreach (string file in new[] { "Directory.Build.props", "NOTICE", "NuGet.config", "eng/Package.props", "eng/icon.png" })
        {
            File.Copy(Path.Combine(RepositoryRoot.Path, file), folder.File(file));
        }

        File.WriteAllText(folder.File("CHANGELOG.md"), "# Changelog\n\n## 1.0.0\n\n- What is new; and 50 % of it.\n\n## 0.9.0\n\n- Old.\n");
        File.WriteAllText(folder.File(".gitignore"), "bin/\nobj/\nout/\n");
        File.WriteAllText(folder.File("lib/Small.cs"), "namespace Small; public static class Small;");
        File.WriteAllText(folder.File("lib/small.csproj"), """
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <NoWarn>$(NoWarn);CS1591</NoWarn>
                <Version>1.0.0</Version>
              </PropertyGroup>
              <Import Project="../eng/Package.props" />
            </Project>
            """);
        Git(folder, "init", "--quiet");
        Git(folder, "remote", "add", "origin", $"{Address}.git");
        Git(folder, "add", ".");
        Git(
            folder, "-c", "user.name=test", "-c", "user.email=test@example.com", "-c", "commit.gpgsign=false", "commit", "--quiet",
            "--date=2026-01-01T00:00:00Z", "-m", "Begin");
        return Git(folder, "rev-parse", "HEAD");
    }

    private static void Pack(TemporaryFolder folder) =>
        ConsumerProject.Dotnet(folder.Path, "pack", "lib", "-c", "Release", "-o", "out", "-p:ContinuousIntegrationBuild=true");

    private static string Git(TemporaryFolder folder, params string[] arguments)
    {
        var start = new ProcessStartInfo("git", arguments) { WorkingDirectory = folder.Path, RedirectStandardOutput = true };
        start.Environment["GIT_COMMITTER_DATE"] = "2026-01-01T00:00:00Z"; // the same commit in every folder
        using var git = Process.Start(start)!;
        string output = git.StandardOutput.ReadToEnd();
        git.WaitForExit();
        Assert.AreEqual(0, git.ExitCode, string.Join(' ', arguments));
        return output.Trim();
    }
}
