extern alias WebApi;

using Microsoft.Extensions.Configuration;
using WebApi::PruneModelSample.WebApi;

namespace Microsoft.ML.BlockPruning.Samples.Tests.PruneModel;

/// <summary>A service that cannot start says why in one line, with the next step and an exit code.</summary>
[TestClass]
public sealed class ServiceStartTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [TestMethod]
    [DataRow("Model", "", "Model is ''")]
    [DataRow("Model", "/", "Model is '/'")]
    [DataRow("LoadSeconds", "0", "LoadSeconds is '0', expected a number of 1 to 3600.")]
    [DataRow("LoadSeconds", "soon", "LoadSeconds is 'soon'")]
    [DataRow("PollSeconds", "NaN", "PollSeconds")]
    [DataRow("PollSeconds", "1e999", "PollSeconds")]
    [DataRow("LargestImageBytes", "-1", "LargestImageBytes")]
    [DataRow("LargestImageBytes", "9999999999", "LargestImageBytes")]
    [DataRow("MaximumFiles", "0", "MaximumFiles is '0', expected a number of 1 to 1000.")]
    [DataRow("MaximumRequests", "many", "MaximumRequests is 'many'")]
    [DataRow("RequestSeconds", "0", "RequestSeconds is '0', expected a number of 0.1 to 3600.")]
    public async Task Settings_OutOfRangeEndInOneLine(string name, string value, string says)
    {
        using var error = new StringWriter();

        int exitCode = await PredictionService.RunAsync([$"--{name}", value], error);

        Assert.AreEqual(2, exitCode);
        StringAssert.Contains(error.ToString(), says);
        Assert.HasCount(1, error.ToString().TrimEnd().Split('\n'));
        Assert.ThrowsExactly<ArgumentException>(() => ServiceSettings.Read(
            new ConfigurationBuilder().AddInMemoryCollection([KeyValuePair.Create(name, (string?)value)]).Build()));
    }

    [TestMethod]
    public async Task Run_SaysThatAPortIsInUse()
    {
        await using var first = await TestService.StartAsync("--Model", _folder.File("none.mlnet"));
        string address = first.Address.GetLeftPart(UriPartial.Authority);

        string error = await FailAsync(address);

        StringAssert.Contains(error, $"Error: the service cannot start on '{address}': ");
        StringAssert.Contains(error, "address already in use");
    }

    [TestMethod]
    [DataRow("nonsense")]
    [DataRow("ftp://localhost:5001")]
    [DataRow("http://localhost:99999")]
    [DataRow("http://192.0.2.1:5001")] // of no machine: RFC 5737
    public async Task Run_SaysThatAnAddressIsWrong(string address) => StringAssert.Contains(await FailAsync(address), $"'{address}'");

    private async Task<string> FailAsync(string address)
    {
        // As a process, since the log that must hold no stack goes to its output.
        var (exitCode, output, error) = await Task.Run(() => SampleProcess.Run(
            "PruneModel.WebApi", _folder.Path, "--Model", _folder.File("none.mlnet"), "--urls", address));

        Assert.AreEqual(1, exitCode);
        Assert.DoesNotContain("   at ", output);
        Assert.HasCount(1, error.TrimEnd().Split('\n'));
        StringAssert.Contains(error, "Give a free address, such as --urls http://localhost:5001.");
        return error;
    }
}
