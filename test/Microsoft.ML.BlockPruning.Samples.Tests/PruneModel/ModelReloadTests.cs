using System.Diagnostics;
using System.IO.Compression;
using System.Net;
using System.Text;

namespace Microsoft.ML.BlockPruning.Samples.Tests.PruneModel;

/// <summary>A model that will not load cannot take the service down.</summary>
[TestClass]
public sealed class ModelReloadTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [TestMethod]
    public async Task Service_ThatStartsWithADamagedFileSaysSo_AndTakesTheGoodOneThatComes()
    {
        var (good, image) = Train();
        string path = _folder.File("served.mlnet");
        File.WriteAllBytes(path, DamagedAt(good, "Schema"));
        await using var service = await TestService.StartAsync("--Model", path);
        Assert.AreEqual(HttpStatusCode.ServiceUnavailable, (await service.Client.GetAsync("health")).StatusCode);
        StringAssert.Contains(
            await service.PredictAsync(image, HttpStatusCode.ServiceUnavailable), "is damaged: its entry 'Schema'");

        Replace(path, good);

        await service.UntilHealthIsAsync("Healthy");
        await service.PredictAsync(image);
    }

    [TestMethod]
    public async Task Service_WithAModelOfAnotherProgramOrOfALaterVersionStarts_AndSaysTheNextStep()
    {
        var (good, image) = Train();
        foreach (var (content, says) in new[]
        {
            (Zip("photo.png"), "is a zip file, but no model of ML.NET"), (OfALaterVersion(good), "later version"),
        })
        {
            string path = _folder.File($"{Guid.NewGuid()}.zip");
            File.WriteAllBytes(path, content);
            await using var service = await TestService.StartAsync("--Model", path);

            StringAssert.Contains(await service.PredictAsync(image, HttpStatusCode.ServiceUnavailable), says);
            Assert.AreEqual("Unhealthy", await service.HealthAsync());
        }
    }

    [TestMethod]
    public async Task Service_KeepsTheOldModelAndSaysDegradedForEveryKindOfDamage()
    {
        var (good, image) = Train();
        string path = _folder.File("served.mlnet");
        File.WriteAllBytes(path, good);
        await using var service = await TestService.StartAsync("--Model", path);
        string before = await service.PredictAsync(image);
        foreach (var damage in new Action[]
        {
            () => Replace(path, DamagedAt(good, "Schema")), () => Replace(path, DamagedAt(good, "SparseViT")),
            () => Replace(path, good[..^9]), () => File.WriteAllBytes(path, []), () => File.WriteAllText(path, "in place"),
            () => File.Delete(path),
        })
        {
            damage();
            await service.UntilHealthIsAsync("Degraded");
            Assert.AreEqual(before, await service.PredictAsync(image));

            Replace(path, good);
            await service.UntilHealthIsAsync("Healthy");
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
        await using var service = await TestService.StartAsync("--Model", _folder.File("mount/m.mlnet"));
        Assert.AreEqual("Unhealthy", await service.HealthAsync());

        File.CreateSymbolicLink(_folder.File("mount/..tmp"), "..2");
        using (var move = Process.Start("mv", ["-T", _folder.File("mount/..tmp"), _folder.File("mount/..data")]))
        {
            move.WaitForExit();
            Assert.AreEqual(0, move.ExitCode);
        }

        await service.UntilHealthIsAsync("Healthy");
        await service.PredictAsync(image);
    }

    private (byte[] Model, byte[] Image) Train()
    {
        var (settings, image) = TestService.Train(_folder);
        return (File.ReadAllBytes(settings.ModelPath), image);
    }

    private static byte[] Zip(string name)
    {
        using var content = new MemoryStream();
        using (var zip = new ZipArchive(content, ZipArchiveMode.Create, leaveOpen: true))
        {
            zip.CreateEntry(name);
        }

        return content.ToArray();
    }

    // ML.NET's header has the least version of a reader 12 bytes behind the kind.
    private static byte[] OfALaterVersion(byte[] model)
    {
        using var content = new MemoryStream();
        content.Write(model);
        using (var zip = new ZipArchive(content, ZipArchiveMode.Update, leaveOpen: true))
        {
            var key = zip.Entries.Single(
                entry => entry.Name == "Model.key" && zip.GetEntry(entry.FullName[..^9] + "SparseViT") is not null);
            using var header = key.Open();
            header.Position = 64 + 12;
            header.WriteByte(2);
        }

        return content.ToArray();
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
}
