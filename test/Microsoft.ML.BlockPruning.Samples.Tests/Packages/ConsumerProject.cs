using System.Diagnostics;

namespace Microsoft.ML.BlockPruning.Samples.Tests.Packages;

/// <summary>A console application in a folder of its own that references the packed library from a folder, as a user's would.</summary>
/// <param name="folder">Receives the project.</param>
/// <param name="program">Its only source file.</param>
internal sealed class ConsumerProject(TemporaryFolder folder, string program)
{
    // NuGet's words for a package or a version that no source has, and for a source that does not answer.
    private static readonly string[] Unserved = ["NU1101", "NU1102", "NU1301"];

    /// <summary>Writes the project and builds it into <c>out</c>; packages other than ours come from where they are.</summary>
    /// <param name="packages">The folder with the packed library.</param>
    /// <param name="version">Its version.</param>
    /// <param name="references">What it references besides.</param>
    public void Build(string packages, string version, params (string Id, string Version)[] references)
    {
        Write(packages, version, "", references);
        Dotnet(folder.Path, "build", "-c", "Release", "-o", "out");
    }

    /// <summary>Publishes what <see cref="Write"/> wrote; the test is inconclusive where the packages for it are not served.</summary>
    /// <param name="output">The folder for it, in the project's.</param>
    /// <param name="arguments">Of <c>dotnet publish</c>.</param>
    /// <returns>What was said.</returns>
    public string Publish(string output, params string[] arguments)
    {
        var (exitCode, said) = TryDotnet(folder.Path, ["publish", "-c", "Release", "-o", output, .. arguments]);
        if (exitCode != 0 && Array.Find(Unserved, code => said.Contains(code, StringComparison.Ordinal)) is { } missing)
        {
            Assert.Inconclusive($"A package for it is not served here ({missing}).\n{said}");
        }

        Assert.AreEqual(0, exitCode, said);
        return said;
    }

    /// <summary>Writes the project.</summary>
    /// <param name="packages">The folder with the packed library.</param>
    /// <param name="version">Its version.</param>
    /// <param name="settings">MSBuild groups that go into the project.</param>
    /// <param name="references">What it references besides.</param>
    public void Write(string packages, string version, string settings, params (string Id, string Version)[] references)
    {
        var lines = references.Prepend(("Microsoft.ML.BlockPruning", version))
            .Select(package => $"""<PackageReference Include="{package.Item1}" Version="{package.Item2}" />""");
        File.WriteAllText(folder.File("Program.cs"), program);
        File.WriteAllText(folder.File("consumer.csproj"), $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net10.0</TargetFramework>
                <ImplicitUsings>enable</ImplicitUsings>
                <Nullable>enable</Nullable>
                <NuGetAudit>false</NuGetAudit>
                <CreateHardLinksForCopyLocalIfPossible>true</CreateHardLinksForCopyLocalIfPossible>
              </PropertyGroup>
              {settings}
              <ItemGroup>
                {string.Join("\n    ", lines)}
              </ItemGroup>
            </Project>
            """);
        File.WriteAllText(folder.File("NuGet.config"), $"""
            <configuration>
              <packageSources>
                <clear />
                <add key="packed" value="{packages}" />
                <add key="nuget.org" value="https://api.nuget.org/v3/index.json" />
              </packageSources>
              <packageSourceMapping>
                <packageSource key="packed"><package pattern="Microsoft.ML.BlockPruning" /></packageSource>
                <packageSource key="nuget.org"><package pattern="*" /></packageSource>
              </packageSourceMapping>
            </configuration>
            """);

        // Where temporary folders lie below a repository, its own settings end here.
        foreach (string name in new[] { "Directory.Build.props", "Directory.Build.targets", "Directory.Packages.props" })
        {
            File.WriteAllText(folder.File(name), "<Project />");
        }
    }

    /// <summary>Runs what was built and fails the test where it fails.</summary>
    /// <param name="arguments">Of the program.</param>
    /// <returns>The output's lines.</returns>
    public string[] Run(params string[] arguments) => Dotnet(folder.Path, ["exec", Path.Combine("out", "consumer.dll"), .. arguments]);

    /// <summary>Runs the SDK and fails the test where it fails.</summary>
    /// <param name="workingFolder">Where to run it.</param>
    /// <param name="arguments">Of <c>dotnet</c>.</param>
    /// <returns>The output's lines.</returns>
    public static string[] Dotnet(string workingFolder, params string[] arguments)
    {
        var (exitCode, said) = TryDotnet(workingFolder, arguments);
        Assert.AreEqual(0, exitCode, $"dotnet {string.Join(' ', arguments)}\n{said}");
        return said.Split('\n', StringSplitOptions.TrimEntries);
    }

    private static (int ExitCode, string Said) TryDotnet(string workingFolder, string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", arguments)
        {
            WorkingDirectory = workingFolder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        // What a test host sets for itself must not reach another build, and nothing may outlive the test.
        foreach (string name in start.Environment.Keys.Where(name => name.StartsWith("MSBUILD", StringComparison.Ordinal)).ToList())
        {
            start.Environment.Remove(name);
        }

        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        start.Environment["DOTNET_NOLOGO"] = "1";
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, process.ExitCode == 0 ? output : $"{output}\n{error.Result}");
    }
}
