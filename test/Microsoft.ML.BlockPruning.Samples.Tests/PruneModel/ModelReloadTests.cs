extern alias WebApi;

using System.Diagnostics;
using System.IO.Compression;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.ML.BlockPruning.Pruning;
using WebApi::PruneModelSample.WebApi;
using Generated = PruneModelSample.PruneModel;

namespace Microsoft.ML.BlockPruning.Samples.Tests.PruneModel;

/// <summary>A model that will not load cannot take the service down.</summary>
[TestClass]
public sealed class ModelReloadTests : IDisposable
{
    private static readonly TimeSpan ReloadLimit = TimeSpan.FromMinutes(1);

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [TestMethod]
    public async Task Service_ThatStartsWithADamagedFileTakesTheGoodOneThatComes()
    {
        var (good, image) = Train();
        string path = _folder.File("served.mlnet");
        File.WriteAllBytes(path, DamagedAt(good, "Schema"));
        await using var service = await StartAsync(path);
        using var client = ClientOf(service);
        Assert.AreEqual(HttpStatusCode.ServiceUnavailable, (await client.GetAsync("health")).StatusCode);

        Replace(path, good);

        await UntilAsync(async () => (await client.GetAsync("health")).IsSuccessStatusCode);
        Assert.AreEqual(HttpStatusCode.OK, (await client.PostAsync("predict", new ByteArrayContent(image))).StatusCode);
    }

    [TestMethod]
    public async Task Service_KeepsTheOldModelAndSaysDegradedForEveryKindOfDamage()
    {
        var (good, image) = Train();
        string path = _folder.File("served.mlnet");
        File.WriteAllBytes(path, good);
        await using var service = await StartAsync(path);
        using var client = ClientOf(service);
        string before = await PredictAsync(client, image);
        foreach (var damage in new Action[]
        {
            () => Replace(path, DamagedAt(good, "Schema")), () => Replace(path, DamagedAt(good, "SparseViT")),
            () => Replace(path, good[..^9]), () => File.WriteAllBytes(path, []), () => File.WriteAllText(path, "in place"),
            () => File.Delete(path),
        })
        {
            damage();
            await UntilAsync(async () => await client.GetStringAsync("health") == "Degraded");
            Assert.AreEqual(before, await PredictAsync(client, image));

            Replace(path, good);
            await UntilAsync(async () => await client.GetStringAsync("health") == "Healthy");
        }
    }

    [TestMethod]
    [OSCondition(OperatingSystems.Linux)]
    public async Task Service_SeesALinkedFolderThatIsSwapped()
    {
        // As Kubernetes mounts: model -> ..data/model, ..data -> a dated folder, swapped by a rename.
        var (good, image) = Train();
        Directory.CreateDirectory(_folder.File("mount/..1"));
        Directory.CreateDirectory(_folder.File("mount/..2"));
        File.WriteAllBytes(_folder.File("mount/..1/m.mlnet"), DamagedAt(good, "Schema"));
        File.WriteAllBytes(_folder.File("mount/..2/m.mlnet"), good);
        File.SetLastWriteTimeUtc(_folder.File("mount/..2/m.mlnet"), File.GetLastWriteTimeUtc(_folder.File("mount/..1/m.mlnet")));
        File.CreateSymbolicLink(_folder.File("mount/..data"), "..1");
        File.CreateSymbolicLink(_folder.File("mount/m.mlnet"), "..data/m.mlnet");
        await using var service = await StartAsync(_folder.File("mount/m.mlnet"));
        using var client = ClientOf(service);
        Assert.AreEqual(HttpStatusCode.ServiceUnavailable, (await client.GetAsync("health")).StatusCode);

        File.CreateSymbolicLink(_folder.File("mount/..tmp"), "..2");
        using (var move = Process.Start("mv", ["-T", _folder.File("mount/..tmp"), _folder.File("mount/..data")]))
        {
            move.WaitForExit();
            Assert.AreEqual(0, move.ExitCode);
        }

        await UntilAsync(async () => (await client.GetAsync("health")).IsSuccessStatusCode);
        await PredictAsync(client, image);
    }

    [TestMethod]
    public async Task File_ThatIsNeverReadToItsEndIsGivenUpAndNotTriedAgain()
    {
        var (good, _) = Train();
        string path = _folder.File("served.mlnet");
        File.WriteAllBytes(path, good);
        using var never = new ManualResetEventSlim();
        int tries = 0;
        var settings = new ServiceSettings(path, TimeSpan.FromSeconds(5), TimeSpan.FromMilliseconds(50), 1, MaximumPixels: null);
        using var file = new ModelFile(settings, NullLogger<ModelFile>.Instance, Load);
        file.Start();
        Assert.IsNull(file.Failure);

        Replace(path, [1]); // as a file that makes ML.NET spin
        await UntilAsync(() => Task.FromResult(file.Failure?.Contains("not read within", StringComparison.Ordinal) == true));
        Assert.IsTrue(file.IsServing);
        Replace(path, good);
        await UntilAsync(() => Task.FromResult(file.Failure is null));
        Replace(path, [1]);
        await UntilAsync(() => Task.FromResult(file.Failure?.Contains("tried before", StringComparison.Ordinal) == true));

        Assert.AreEqual(1, tries);
        Assert.IsTrue(file.IsServing);
        never.Set();

        PooledModel Load(string from)
        {
            if (new FileInfo(from).Length > 1)
            {
                return new PooledModel(from);
            }

            Interlocked.Increment(ref tries);
            never.Wait();
            throw new InvalidDataException("ended");
        }
    }

    [TestMethod]
    public async Task File_ThatHoldsWhatIsServedIsNotReadAgain_EvenWhereNothingMayBeRead()
    {
        var (good, _) = Train();
        string path = _folder.File("served.mlnet");
        File.WriteAllBytes(path, good);
        using var never = new ManualResetEventSlim();
        int loads = 0;
        var settings = new ServiceSettings(path, TimeSpan.FromSeconds(5), TimeSpan.FromMilliseconds(50), 1, MaximumPixels: null);
        using var file = new ModelFile(settings, NullLogger<ModelFile>.Instance, Load);
        file.Start();
        Assert.IsNull(file.Failure);
        foreach (byte other in new byte[] { 1, 2 })
        {
            Replace(path, [other]);
            await UntilAsync(() => Task.FromResult(
                Volatile.Read(ref loads) == other + 1 && file.Failure?.Contains("not read within", StringComparison.Ordinal) == true));
        }

        Replace(path, [3]);
        await UntilAsync(() => Task.FromResult(file.Failure?.Contains("is not tried", StringComparison.Ordinal) == true));
        Replace(path, good);
        await UntilAsync(() => Task.FromResult(file.Failure is null));

        Assert.AreEqual(3, loads);
        Assert.IsTrue(file.IsServing);
        never.Set();

        PooledModel Load(string from)
        {
            Interlocked.Increment(ref loads);
            if (new FileInfo(from).Length > 1)
            {
                return new PooledModel(from);
            }

            never.Wait();
            throw new InvalidDataException("ended");
        }
    }

    [TestMethod]
    [DataRow("Model", "", "Model is ''")]
    [DataRow("Model", "/", "Model is '/'")]
    [DataRow("LoadSeconds", "0", "LoadSeconds is '0', expected a number of 1 to 3600.")]
    [DataRow("LoadSeconds", "soon", "LoadSeconds is 'soon'")]
    [DataRow("PollSeconds", "NaN", "PollSeconds")]
    [DataRow("PollSeconds", "1e999", "PollSeconds")]
    [DataRow("LargestImageBytes", "-1", "LargestImageBytes")]
    [DataRow("LargestImageBytes", "9999999999", "LargestImageBytes")]
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
        await using var first = await StartAsync(_folder.File("none.mlnet"));
        using var error = new StringWriter();

        int exitCode = await PredictionService.RunAsync(["--Model", _folder.File("none.mlnet"), "--urls", first.Urls.Single()], error);

        Assert.AreEqual(1, exitCode);
        StringAssert.Contains(error.ToString(), "address already in use");
        StringAssert.Contains(error.ToString(), "--urls");
    }

    [TestMethod]
    public async Task Predict_RefusesABodyAboveTheLimit()
    {
        await using var service = await StartAsync(_folder.File("none.mlnet"), "--LargestImageBytes", "1000");
        using var client = ClientOf(service);

        var answer = await client.PostAsync("predict", new ByteArrayContent(new byte[1001]));

        Assert.AreEqual(HttpStatusCode.RequestEntityTooLarge, answer.StatusCode);
    }

    private (byte[] Model, byte[] Image) Train()
    {
        var project = TinyProject.Create(_folder);
        Generated.Train(project, new Progress<PruneProgress>(), CancellationToken.None).Dispose();
        string image = Directory.GetFiles(project.DataSource.FolderPath, "*.png", SearchOption.AllDirectories)[0];
        return (File.ReadAllBytes(project.ModelPath), File.ReadAllBytes(image));
    }

    // One bit in the middle of an entry's data, which stand behind its local header: 30 bytes, name and extra field (APPNOTE.TXT, 4.3.7).
    private static byte[] DamagedAt(byte[] model, string name)
    {
        byte[] damaged = [.. model];
        using var zip = new ZipArchive(new MemoryStream(model));
        var entry = zip.Entries.Single(entry => entry.Name == name);
        int header = model.AsSpan().IndexOf([.. "PK\u0003\u0004"u8]);
        while (!model.AsSpan(header + 30).StartsWith(Encoding.UTF8.GetBytes(entry.FullName)))
        {
            header += 4 + model.AsSpan(header + 4).IndexOf([.. "PK\u0003\u0004"u8]);
        }

        int data = header + 30 + BitConverter.ToUInt16(model, header + 26) + BitConverter.ToUInt16(model, header + 28);
        damaged[data + (entry.CompressedLength / 2)] ^= 4;
        return damaged;
    }

    private static void Replace(string path, byte[] content)
    {
        File.WriteAllBytes(path + ".new", content);
        File.Move(path + ".new", path, overwrite: true);
    }

    private static async Task<WebApplication> StartAsync(string modelPath, params string[] more)
    {
        var service = PredictionService.Create(
            ["--Model", modelPath, "--urls", "http://127.0.0.1:0", "--PollSeconds", "0.1", .. more]);
        await service.StartAsync();
        return service;
    }

    private static HttpClient ClientOf(WebApplication service) => new() { BaseAddress = new Uri(service.Urls.Single()) };

    private static async Task<string> PredictAsync(HttpClient client, byte[] image)
    {
        var answer = await client.PostAsync("predict", new ByteArrayContent(image));
        string text = await answer.Content.ReadAsStringAsync();
        Assert.AreEqual(HttpStatusCode.OK, answer.StatusCode, text);
        return text;
    }

    private static async Task UntilAsync(Func<Task<bool>> condition)
    {
        using var limit = new CancellationTokenSource(ReloadLimit);
        while (!await condition())
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20), limit.Token);
        }
    }
}
