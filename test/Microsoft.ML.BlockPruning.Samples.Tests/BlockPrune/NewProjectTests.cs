using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace Microsoft.ML.BlockPruning.Samples.Tests.BlockPrune;

/// <summary>What <c>blockprune new</c> writes, used as its page says: outside the repository, with nothing but the SDK.</summary>
[TestClass]
[OSCondition(OperatingSystems.Linux | OperatingSystems.OSX)]
public sealed class NewProjectTests : IDisposable
{
    // Each takes seconds, on a busy machine a minute.
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(9);

    private readonly TemporaryFolder _folder = new();
    private string _project = "";

    public void Dispose()
    {
        RemoveFromPackageCache();
        _folder.Dispose();
    }

    [TestMethod]
    public async Task Project_BuildsTrainsEvaluatesPredictsAndServes()
    {
        _project = _folder.File("Shoes");
        var made = CliRun.Of("new", "Shoes", "--output", _project);
        Assert.AreEqual(0, made.ExitCode, made.Error);

        string build = Dotnet("build", "-c", "Release");
        string train = Dotnet("run", "-c", "Release", "--no-build", "--", "train");
        string evaluate = Dotnet("run", "-c", "Release", "--no-build", "--", "evaluate");
        string predict = Dotnet("run", "-c", "Release", "--no-build", "--", "predict", "data/test/Trouser/0000.png");

        Assert.Contains("0 Warning(s)", build);
        Assert.Contains("PruneModel.mlnet", train);
        double[] top1 = [.. Row(evaluate, "top-1, %")], cost = [.. Row(evaluate, "multiply-adds, M")];
        Assert.IsGreaterThan(85, top1[0]); // the bundled network finds nine of ten
        Assert.IsGreaterThan(top1[0] - 10, top1[1]);
        Assert.IsInRange(0.4, 0.51, cost[1] / cost[0]); // the settings keep a half
        Assert.StartsWith("Trouser", predict);
        await ServesAsync();
    }

    private async Task ServesAsync()
    {
        using var service = SampleProcess.StartDotnet(
            _project, "run", "-c", "Release", "--no-build", "--project", "Shoes.WebApi", "--", "--urls", "http://127.0.0.1:0");
        using var client = new HttpClient { BaseAddress = new Uri(service.WaitForLine("Now listening on: ", Limit)), Timeout = Limit };
        byte[] image = File.ReadAllBytes(Path.Combine(_project, "data", "test", "Trouser", "0000.png"));

        Assert.AreEqual("Healthy", await client.GetStringAsync("health"));
        using var body = new ByteArrayContent(image);
        using var answer = await client.PostAsync("predict", body);
        Assert.AreEqual(HttpStatusCode.OK, answer.StatusCode, await answer.Content.ReadAsStringAsync());
        var prediction = await answer.Content.ReadFromJsonAsync<JsonElement>();
        Assert.AreEqual("Trouser", prediction.GetProperty("label").GetString());
        var document = await client.GetFromJsonAsync<JsonElement>("openapi/v1.json");
        Assert.IsTrue(document.GetProperty("paths").TryGetProperty("/predict", out _), document.ToString());

        service.Terminate();
        service.WaitForExit(Limit);
    }

    // A command as the page has it; its output, where it succeeds.
    private string Dotnet(params string[] arguments)
    {
        using var run = SampleProcess.StartDotnet(_project, arguments);
        var (exitCode, output, error) = run.WaitForExit(Limit);
        Assert.AreEqual(0, exitCode, $"dotnet {string.Join(' ', arguments)}\n{output}\n{error}");
        return output;
    }

    private static IEnumerable<double> Row(string table, string name) =>
        table.Split('\n').Single(line => line.StartsWith(name, StringComparison.Ordinal))[name.Length..]
            .Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(number => double.Parse(number, CultureInfo.InvariantCulture));

    // NuGet keeps what it unpacked; nobody else asks for this version.
    private void RemoveFromPackageCache()
    {
        string[] packages = Directory.Exists(_project) ? Directory.GetFiles(Path.Combine(_project, "packages"), "*.nupkg") : [];
        foreach (string package in packages)
        {
            string version = Path.GetFileNameWithoutExtension(package)["Microsoft.ML.BlockPruning.".Length..];
            string cached = Path.Combine(
                Environment.GetEnvironmentVariable("NUGET_PACKAGES")
                    ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages"),
                "microsoft.ml.blockpruning",
                version.ToLowerInvariant());
            if (Directory.Exists(cached))
            {
                Directory.Delete(cached, recursive: true);
            }
        }
    }
}
