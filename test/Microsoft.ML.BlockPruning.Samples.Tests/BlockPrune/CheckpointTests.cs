using System.Diagnostics;

namespace Microsoft.ML.BlockPruning.Samples.Tests.BlockPrune;

/// <summary><c>prune --checkpoint</c>: killed on the way, the same command goes on.</summary>
[TestClass]
[OSCondition(OperatingSystems.Linux | OperatingSystems.OSX)]
public sealed class CheckpointTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [TestMethod]
    public void Prune_ThatIsKilledGoesOnAndRemovesItsStateOnceTheModelIsSaved()
    {
        string model = TinyNetwork.Save(_folder, classes: 3);
        string images = TinyNetwork.SaveImages(_folder, perClass: 60, "ant", "bee", "cat");
        string state = _folder.File("state");
        string[] Command(string output) =>
        [
            "prune", "--model", model, "--images", images, "--block", "8x8", "--keep", "0.7", "--fine-tune-epochs", "40", "--output",
            output,
        ];
        using (var tool = Start([.. Command(_folder.File("killed.zip")), "--checkpoint", state]))
        {
            // Long after the first stages are kept, and long before the last.
            Assert.IsTrue(
                SpinWait.SpinUntil(
                    () => tool.HasExited || File.Exists(Path.Combine(state, "prune-fine-tuning.safetensors")), TimeSpan.FromMinutes(2)),
                "no state was written");
            Assert.IsFalse(tool.HasExited, "it ended before it was killed");
            tool.Kill();
            tool.WaitForExit();
        }

        Assert.IsFalse(File.Exists(_folder.File("killed.zip")));
        var other = CliRun.Of([.. Command(_folder.File("other.zip")), "--checkpoint", state, "--shots", "2"]);
        Assert.AreEqual(1, other.ExitCode);
        StringAssert.Contains(other.Error, "Shots is 1 there, but 2 in this run.");

        RunToTheEnd([.. Command(_folder.File("resumed.zip")), "--checkpoint", state]);
        RunToTheEnd(Command(_folder.File("undisturbed.zip")));

        CollectionAssert.AreEqual(Network("undisturbed.zip"), Network("resumed.zip"));
        Assert.IsFalse(Directory.Exists(state), "the state stays");
    }

    // In processes of their own: libtorch's number of threads is the process's, and tests beside this one may change it.
    private static void RunToTheEnd(string[] arguments)
    {
        using var tool = Start(arguments);
        var error = tool.StandardError.ReadToEndAsync();
        _ = tool.StandardOutput.ReadToEnd();
        tool.WaitForExit();
        Assert.AreEqual(0, tool.ExitCode, error.Result);
    }

    private byte[] Network(string name)
    {
        string exported = _folder.File($"{name}.safetensors");
        Assert.AreEqual(0, CliRun.Of("export", _folder.File(name), exported).ExitCode);
        return File.ReadAllBytes(exported);
    }

    private static Process Start(string[] arguments)
    {
        var start = new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet")
        {
            ArgumentList = { "exec", Path.Combine(AppContext.BaseDirectory, "blockprune.dll") },
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (string argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        return Process.Start(start)!;
    }
}
