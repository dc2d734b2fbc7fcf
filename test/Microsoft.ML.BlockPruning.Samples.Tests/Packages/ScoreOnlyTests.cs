using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;

namespace Microsoft.ML.BlockPruning.Samples.Tests.Packages;

/// <summary>The sample ScoreOnly, published trimmed and by NativeAOT with the library as a package, gives the library's scores.</summary>
[TestClass]
public sealed partial class ScoreOnlyTests
{
    private static readonly string[] Classes = ["ant", "bee", "cat"];

    // Native libraries that .NET itself brings.
    private static readonly string[] OfTheRuntime = ["libSystem.", "libclr", "libcoreclr", "libhost", "libmscor"];

    [TestMethod]
    [OSCondition(OperatingSystems.Linux)]
    public void Application_TrimmedOrAheadOfTime_GivesTheSameBits()
    {
        RequireLinker();
        using var packed = new PackedLibrary();
        using var source = new TemporaryFolder();
        string zip = source.File("pruned.zip");
        string images = TinyNetwork.SaveImages(source, perClass: 3, Classes);
        string[] paths = [.. Classes.Select(label => Path.Combine(images, label, "2.png"))];
        var pruned = BlockPrune.CliRun.Of(
            "prune", "--model", TinyNetwork.Save(source, classes: 3), "--images", images, "--block", "8x8", "--output", zip);
        Assert.AreEqual(0, pruned.ExitCode, pruned.Error);
        using var application = new TemporaryFolder();
        var consumer = new ConsumerProject(application, File.ReadAllText(SampleFile("Program.cs")));
        consumer.Write(packed.Folder, packed.Version, Settings());

        foreach (var (form, arguments) in new[] { ("trimmed", "-p:PublishTrimmed=true"), ("aot", "-p:PublishAot=true") })
        {
            string said = consumer.Publish(
                form, "-r", RuntimeInformation.RuntimeIdentifier, "--self-contained", arguments, "-p:TrimmerSingleWarn=false");

            Assert.AreEqual("", string.Join('\n', Warning().Matches(said).Select(match => match.Value)));
            string[] natives = [.. Directory.GetFiles(application.File(form), "*.so").Select(path => Path.GetFileName(path)!)
                .Where(name => !Array.Exists(OfTheRuntime, prefix => name.StartsWith(prefix, StringComparison.Ordinal)))];
            CollectionAssert.AreEqual(new[] { "libSkiaSharp.so" }, natives);
            Assert.IsEmpty(Directory.GetFiles(application.File(form), "Microsoft.ML.*").Select(Path.GetFileName)
                .Where(name => name != "Microsoft.ML.BlockPruning.dll"));
            CollectionAssert.AreEqual(Expected(zip, paths), Run(application.File(form), [zip, "--scores", .. paths]));
        }
    }

    private static string[] Expected(string zip, string[] paths)
    {
        using var model = PrunedModel.Load(zip);
        return
        [
            .. paths.Select(model.PredictFile).Select((answer, i) => string.Join('\t',
            [
                Path.GetFileName(paths[i]), answer.ToString(),
                .. answer.Score.Select(score => score.ToString("R", CultureInfo.InvariantCulture)),
            ])),
        ];
    }

    // The sample's own settings: what it leaves out, and the processors it is for.
    private static string Settings()
    {
        var lines = File.ReadAllLines(SampleFile("ScoreOnly.csproj")).Where(line =>
            line.Contains("<BlockPruning", StringComparison.Ordinal) || line.Contains("<IlcInstructionSet", StringComparison.Ordinal));
        return string.Join('\n', lines.Select(line => line.Contains("Include=", StringComparison.Ordinal)
            ? $"<ItemGroup>{line}</ItemGroup>"
            : $"<PropertyGroup>{line}</PropertyGroup>"));
    }

    private static string SampleFile(string name) => Path.Combine(RepositoryRoot.Path, "src", "Samples", "ScoreOnly", name);

    private static string[] Run(string folder, string[] arguments)
    {
        var start = new ProcessStartInfo(Path.Combine(folder, "consumer"), arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.AreEqual(0, process.ExitCode, error.Result);
        return output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    // What NativeAOT links with.
    private static void RequireLinker()
    {
        string[] folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':');
        if (!folders.Any(folder => File.Exists(Path.Combine(folder, "clang")) || File.Exists(Path.Combine(folder, "gcc"))))
        {
            Assert.Inconclusive("NativeAOT needs clang or gcc, and neither is on the PATH.");
        }
    }

    [GeneratedRegex(@"[^\n]*\bIL[23]\d{3}\b[^\n]*")]
    private static partial Regex Warning();
}
