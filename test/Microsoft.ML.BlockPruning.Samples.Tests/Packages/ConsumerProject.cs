using System.Diagnostics;

namespace Microsoft.ML.BlockPruning.Samples.Tests.Packages;

/// <summary>A console application in a folder of its own that references the packed library from a folder, as a user's would.</summary>
/// <param name="folder">Receives the project.</param>
internal sealed class ConsumerProject(TemporaryFolder folder)
{
    // Every line that it prints is checked: a score as its bits, then what the process has loaded.
    private const string Program = """
        using System.Diagnostics;
        using Microsoft.ML;
        using Microsoft.ML.BlockPruning;
        using Microsoft.ML.Data;

        var ml = new MLContext(seed: 1);
        ITransformer model = ml.Model.Load(args[0], out _);
        var rows = ml.Data.LoadFromEnumerable(args[1..].Select(path => new Row { ImagePath = path }));
        foreach (float[] score in model.Transform(rows).GetColumn<float[]>("Score"))
        {
            Console.WriteLine(string.Join(' ', score.Select(BitConverter.SingleToInt32Bits)));
        }

        // ML.NET opens TorchSharp.dll, the managed part, when it searches assemblies for loaders; that touches nothing native.
        var native = Process.GetCurrentProcess().Modules.Cast<ProcessModule>().Select(module => module.ModuleName)
            .Where(name => name.Contains("torch", StringComparison.OrdinalIgnoreCase) && name != "TorchSharp.dll");
        Console.WriteLine(string.Join(' ', native));

        internal sealed class Row
        {
            public string ImagePath { get; set; } = "";

            public string Label { get; set; } = "ant";
        }
        """;

    /// <summary>Writes the project; packages other than ours come from where they are.</summary>
    /// <param name="packages">The folder with the packed library.</param>
    /// <param name="version">Its version.</param>
    public void Write(string packages, string version)
    {
        File.WriteAllText(folder.File("Program.cs"), Program);
        File.WriteAllText(folder.File("consumer.csproj"), $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net10.0</TargetFramework>
                <ImplicitUsings>enable</ImplicitUsings>
                <Nullable>enable</Nullable>
                <NuGetAudit>false</NuGetAudit>
              </PropertyGroup>
              <ItemGroup>
                <PackageReference Include="Microsoft.ML.BlockPruning" Version="{version}" />
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
    }

    /// <summary>Runs the SDK and fails the test where it fails.</summary>
    /// <param name="workingFolder">Where to run it.</param>
    /// <param name="arguments">Of <c>dotnet</c>.</param>
    /// <returns>The output's lines.</returns>
    public static string[] Dotnet(string workingFolder, params string[] arguments)
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
        Assert.AreEqual(0, process.ExitCode, $"dotnet {string.Join(' ', arguments)}\n{output}\n{error.Result}");
        return output.Split('\n', StringSplitOptions.TrimEntries);
    }
}
