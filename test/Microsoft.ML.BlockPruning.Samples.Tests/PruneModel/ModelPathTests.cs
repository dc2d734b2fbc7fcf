extern alias WebApi;

using System.Diagnostics;
using Microsoft.Extensions.Logging;
using WebApi::PruneModelSample.WebApi;
using Generated = PruneModelSample.PruneModel;

namespace Microsoft.ML.BlockPruning.Samples.Tests.PruneModel;

/// <summary>Whatever takes the place of the model's file, the service says so, goes on, and ends when it is told.</summary>
[TestClass]
[OSCondition(OperatingSystems.Linux)]
public sealed class ModelPathTests : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [TestMethod]
    public async Task File_ThatBecomesSomethingElseIsSaid_AndTheOneAfterItIsTaken()
    {
        string path = _folder.File("served.mlnet"), good = Train();
        File.Copy(good, path);
        var log = new Lines();
        using var file = FileOf(path, log);
        file.Start();
        Assert.IsNull(file.Failure);
        foreach (var (make, says) in new (Action<string>, string)[]
        {
            (other => Run("mkfifo", other), "it is a pipe"),
            (other => File.CreateSymbolicLink(other, "/dev/zero"), "it is a device"),
            (other => Run("truncate", "-s", "1T", other), "1099511627776 bytes, expected at most 4294967296"),
            (other => Run("mkdir", other), "it is a folder"),
        })
        {
            File.Delete(path);
            make(path);
            await UntilAsync(() => file.Failure?.Contains(says, StringComparison.Ordinal) == true);
            Assert.IsTrue(file.IsServing);
            StringAssert.Contains(log.Last, "stays in service");

            Run("rm", "-r", path);
            File.Copy(good, path);
            await UntilAsync(() => file.Failure is null);
        }
    }

    [TestMethod]
    public void Start_OnAPipeEndsAtOnce_AndClaimsNoModelInService()
    {
        string path = _folder.File("served.mlnet");
        Run("mkfifo", path);
        var log = new Lines();
        using var file = FileOf(path, log);

        file.Start();

        StringAssert.Contains(file.Failure, "it is a pipe");
        Assert.IsFalse(file.IsServing);
        StringAssert.Contains(log.Last, "there is none in service");
    }

    [TestMethod]
    public async Task Dispose_DoesNotWaitForALoad()
    {
        string path = _folder.File("served.mlnet");
        using var never = new ManualResetEventSlim();
        using var begun = new ManualResetEventSlim();
        var settings = new ServiceSettings(path, TimeSpan.FromHours(1), TimeSpan.FromMilliseconds(50), 1, MaximumPixels: null);
        var file = new ModelFile(settings, new Lines(), Load);
        file.Start();
        File.WriteAllText(path, "never read");
        Assert.IsTrue(begun.Wait(Limit));

        await Task.Run(file.Dispose).WaitAsync(Limit);

        never.Set();

        PooledModel Load(string from)
        {
            begun.Set();
            never.Wait();
            throw new InvalidDataException("ended");
        }
    }

    private static ModelFile FileOf(string path, Lines log) =>
        new(new ServiceSettings(path, Limit, TimeSpan.FromMilliseconds(50), 1, MaximumPixels: null), log);

    private string Train()
    {
        var project = TinyProject.Create(_folder);
        Generated.Train(project, new Progress<Pruning.PruneProgress>(), CancellationToken.None).Dispose();
        return project.ModelPath;
    }

    private static void Run(string program, params string[] arguments)
    {
        using var process = Process.Start(program, arguments);
        process.WaitForExit();
        Assert.AreEqual(0, process.ExitCode);
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        using var limit = new CancellationTokenSource(Limit);
        while (!condition())
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20), limit.Token);
        }
    }

    private sealed class Lines : ILogger<ModelFile>
    {
        public string Last { get; private set; } = "";

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Last = formatter(state, exception);
    }
}
